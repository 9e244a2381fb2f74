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

// loadModels reads the embedded table, a models.jsonl, or the model cards of a folder, of which it also says what is
// left out.
func loadModels(data string) ([]models.Model, []models.LeftOut, error) {
	if data == "" {
		list, err := models.ReadTable(bytes.NewReader(embedded))
		return list, nil, err
	}
	if info, err := os.Stat(data); err == nil && info.IsDir() {
		return models.ReadCards(data)
	}
	bz, err := os.ReadFile(data)
	if err != nil {
		return nil, nil, err
	}
	list, err := models.ReadLines(bytes.NewReader(bytes.TrimPrefix(bz, []byte("\xef\xbb\xbf"))))
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w; a folder of model cards is taken too", data, err)
	}
	return list, nil, nil
}
