package walletfiles

import (
	"bytes"
	"encoding/json"
)

// Names of the files.
const (
	ChainFile     = "chain.json"
	AssetListFile = "assetlist.json"
	KeplrFile     = "keplr.json"
)

// File is a file to write.
type File struct {
	Name string
	Text []byte
}

// Make makes the files, the same for the same facts. It fails where what was said does not fit, or with an *UnusedError.
func Make(f Facts, s Said) ([]File, error) {
	if err := s.Check(f.ChainID); err != nil {
		return nil, err
	}
	if len(f.Fees) == 0 {
		return nil, ErrNoFeeDenom
	}
	assets, err := NewAssetList(f, s)
	if err != nil {
		return nil, err
	}
	var files []File
	for _, file := range []struct {
		name string
		has  any
	}{{AssetListFile, assets}, {ChainFile, NewChain(f, s)}, {KeplrFile, NewKeplr(f, s)}} {
		var text bytes.Buffer
		out := json.NewEncoder(&text)
		out.SetEscapeHTML(false)
		out.SetIndent("", "  ")
		if err := out.Encode(file.has); err != nil {
			return nil, err
		}
		files = append(files, File{file.name, text.Bytes()})
	}
	return files, nil
}
