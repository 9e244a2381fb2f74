package main

import (
	"fmt"

	"github.com/spf13/cast"

	"github.com/cosmos/cosmos-sdk/server"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/ending"
)

// diskSettings is the section [disk] of app.toml.
type diskSettings struct {
	// MinFree is how many bytes have to be free; 0: none.
	MinFree uint64 `mapstructure:"min-free"`
}

const (
	flagMinFree = "disk.min-free"
	// minFreeDisk is two of the database's buffers, in bytes.
	minFreeDisk = 256 << 20
)

const diskTemplate = `
###############################################################################
###                                  Disk                                   ###
###############################################################################

[disk]

# The node ends in order, with code 13, when fewer bytes than this are free where its
# data is. 0 lets it go on until a write fails.
min-free = {{ .Disk.MinFree }}
`

// watchedDisk is the disk of the node's data, on which there is room to begin.
func watchedDisk(ctx *server.Context) (ending.Disk, error) {
	disk := ending.Disk{Folder: ctx.Config.DBDir(), MinFree: minFreeDisk}
	if set := ctx.Viper.Get(flagMinFree); set != nil {
		var err error
		if disk.MinFree, err = cast.ToUint64E(set); err != nil {
			return disk, fmt.Errorf("%s is %v: set it to a number of bytes in app.toml", flagMinFree, set)
		}
	}
	return disk, disk.Check()
}
