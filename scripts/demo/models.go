package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"os"

	"github.com/stemma-chain/stemma/testutil/data/models"
)

//go:embed data/models.tsv
var embedded []byte

// loadModels reads the embedded table, or the models.jsonl in a file.
func loadModels(file string) ([]models.Model, error) {
	if file == "" {
		return models.ReadTable(bytes.NewReader(embedded))
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list, err := models.ReadLines(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return list, nil
}
