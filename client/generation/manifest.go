package generation

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/stemma-chain/stemma/client/digest"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/sheet"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	// MaxOutputs is the most lines of a manifest.
	MaxOutputs = 10_000_000
	// maxLine is the most bytes of a line.
	maxLine = 1 << 20
	// window is how much of a manifest is read at once, in bytes.
	window = 1 << 20
)

// Manifest is a file of outputs, a line each.
type Manifest struct {
	Path string
	// SHA256 of its bytes, and Outputs, the number of its lines that are not empty.
	SHA256  registrytypes.Digest
	Outputs uint64
}

// Look reads through a manifest. It fails where it names no output, or too many.
func Look(ctx context.Context, path string) (Manifest, error) {
	m := Manifest{Path: path}
	sum, err := m.scan(func(int, []byte) error {
		if m.Outputs++; m.Outputs > MaxOutputs {
			return fmt.Errorf("%s has more than %d outputs: split it", path, MaxOutputs)
		}
		return ctx.Err()
	})
	if err == nil && m.Outputs == 0 {
		err = fmt.Errorf("%s names no outputs", path)
	}
	m.SHA256 = sum
	return m, err
}

// Read reads the lines one after the other, with their numbers from 1. What is wrong with one is told in its place.
func (m Manifest) Read(each func(number int, line Line, wrong error) error) error {
	_, err := m.scan(func(number int, raw []byte) error {
		line, err := ParseLine(raw)
		return each(number, line, m.wrong(number, err))
	})
	return err
}

// scan calls each for every line that is not empty and returns the digest of the whole. The bytes are each's
// until it returns.
func (m Manifest) scan(each func(number int, raw []byte) error) (sum registrytypes.Digest, err error) {
	f, err := os.Open(m.Path)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	hash := sha256.New()
	lines := bufio.NewScanner(io.TeeReader(f, hash))
	lines.Buffer(make([]byte, window), maxLine)
	number := 0
	for lines.Scan() {
		number++
		raw := bytes.TrimSpace(lines.Bytes())
		if number == 1 {
			raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
		}
		if len(raw) == 0 {
			continue
		}
		if err := each(number, raw); err != nil {
			return sum, err
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return sum, m.wrong(number+1, fmt.Errorf("a line has at most %d bytes", maxLine))
	} else if err != nil {
		return sum, fmt.Errorf("read %s: %w", m.Path, err)
	}
	return registrytypes.Digest(hash.Sum(nil)), nil
}

func (m Manifest) wrong(number int, err error) error {
	if err == nil {
		return nil
	}
	return &sheet.Error{File: m.Path, Line: number, Err: err}
}

// content is an output's SHA-256: as the line says, else its file's.
func (m Manifest) content(ctx context.Context, line Line) (registrytypes.Digest, error) {
	if line.SHA256 != "" {
		return digest.Parse(line.SHA256)
	}
	path, err := register.Inside(filepath.Dir(m.Path), line.Output)
	if err != nil {
		return registrytypes.Digest{}, fmt.Errorf("output %w", err)
	}
	file, err := register.SumFile(ctx, path)
	return file.Digest, err
}
