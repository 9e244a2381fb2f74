package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client/sheet"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
)

// flagEncoding declares the encoding of a table.
const flagEncoding = "encoding"

func addEncodingFlag(cmd *cobra.Command) {
	cmd.Flags().String(flagEncoding, "", "encoding of the table: "+strings.Join(sheet.Encodings(), ", ")+" (default: found out)")
}

// tableOptions read a table of at most so many rows, and say which encoding was guessed: what is spelled wrong would
// be kept for good.
func tableOptions(conn *connect.Conn, name string, most int) sheet.Options {
	return sheet.Options{MaxRows: most, Encoding: conn.Flags().Text(flagEncoding), Guessed: func(encoding, sample string) {
		conn.Note("%s does not say its encoding and is read as %s, so: %q. If that is spelled wrong, save it as UTF-8; if it is right, "+
			"--%s %s says so.", name, encoding, sample, flagEncoding, encoding)
	}}
}
