package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

// readSurvivors reads why which mutants cannot be caught: lines of five columns
// parted by tabs, file, function, change, original and reason; # begins a comment.
func readSurvivors(path string) (map[key]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	explained := make(map[key]string)
	lines := bufio.NewScanner(file)
	for number := 1; lines.Scan(); number++ {
		line := lines.Text()
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		columns := strings.Split(line, "\t")
		if len(columns) != 5 || strings.TrimSpace(columns[4]) == "" {
			return nil, fmt.Errorf("%s:%d: has %d columns: write file, function, change, original and reason, with a tab between",
				path, number, len(columns))
		}
		k := key{columns[0], columns[1], columns[2], columns[3]}
		if explained[k] != "" {
			return nil, fmt.Errorf("%s:%d: is there already: remove one", path, number)
		}
		explained[k] = columns[4]
	}
	return explained, lines.Err()
}

// row is a mutant as survivors.tsv has it, without its reason.
func (k key) row() string {
	return strings.Join([]string{k.file, k.function, k.change, k.original}, "\t")
}
