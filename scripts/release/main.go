// Command release packs built binaries for people without Go. The same binaries, commit and version
// make the same bytes.
//
// Usage, in the root of the repository:
//
//	release -version V -time UNIX -out DIR -completions STEMMAD -notices FILE -licences FILE ARCH=FOLDER...
//
// For each folder it writes DIR/stemma-V-linux-ARCH.tar.gz with its programs, completions, licence, notices of others
// and the lists of all modules in them (CycloneDX), those lists beside it, and SHA256SUMS of all. The notices and the
// licences of modules are those that scripts/licences writes.
package main

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// programs are those of a release.
var programs = []string{"stemmad", "stemma-portal"}

// documents lie beside the binary.
var documents = []string{"CHANGELOG.md", "LICENSE", "NOTICE", "README.md"}

// shells that there are completions for.
var shells = []string{"bash", "fish", "zsh"}

func main() {
	version := flag.String("version", "dev", "version in the names")
	seconds := flag.Int64("time", 0, "time of all files, Unix time")
	out := flag.String("out", "build/release", "folder for the archives")
	completions := flag.String("completions", "build/stemmad", "binary that runs here, which prints the completions")
	notices := flag.String("notices", "build/release/notices.txt", "notices of others")
	cleared := flag.String("licences", "build/release/licences.json", "licences of modules")
	flag.Parse()
	r := release{version: *version, at: time.Unix(*seconds, 0).UTC(), out: *out}
	if err := r.make(*completions, *notices, *cleared, flag.Args()); err != nil {
		fmt.Fprintf(os.Stderr, "release: %v\n", err)
		os.Exit(1)
	}
}

// release is what all its archives have in common.
type release struct {
	version string
	at      time.Time
	out     string
	common  []file
	cleared licences
	sums    strings.Builder
}

func (r *release) make(completions, notices, cleared string, folders []string) error {
	raw, err := os.ReadFile(cleared)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, &r.cleared); err != nil {
		return fmt.Errorf("%s: %w", cleared, err)
	}
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return err
	}
	if r.common, err = commonFiles(completions, notices); err != nil {
		return err
	}
	for _, given := range folders {
		arch, folder, found := strings.Cut(given, "=")
		if !found {
			return fmt.Errorf("%q: give ARCH=FOLDER", given)
		}
		if err := r.archive(arch, folder); err != nil {
			return err
		}
	}
	fmt.Print(r.sums.String())
	return os.WriteFile(filepath.Join(r.out, "SHA256SUMS"), []byte(r.sums.String()), 0o644)
}

// archive writes the archive of one folder of binaries, and the lists of modules beside it.
func (r *release) archive(arch, folder string) error {
	name := fmt.Sprintf("stemma-%s-linux-%s", r.version, arch)
	var beside []file
	files := slices.Clone(r.common)
	for _, program := range programs {
		path := filepath.Join(folder, program)
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		bill, err := billOf(path, r.version, r.at, r.cleared)
		if err != nil {
			return err
		}
		files = append(files, file{program, 0o755, content}, file{program + ".cdx.json", 0o644, bill})
		beside = append(beside, file{name + "." + program + ".cdx.json", 0o644, bill})
	}
	var archive bytes.Buffer
	if err := pack(&archive, name, r.at, files); err != nil {
		return err
	}
	for _, f := range append(beside, file{name + ".tar.gz", 0o644, archive.Bytes()}) {
		if err := os.WriteFile(filepath.Join(r.out, f.name), f.content, os.FileMode(f.mode)); err != nil {
			return err
		}
		fmt.Fprintf(&r.sums, "%x  %s\n", sha256.Sum256(f.content), f.name)
	}
	return nil
}

// file is one of an archive.
type file struct {
	name    string
	mode    int64
	content []byte
}

// commonFiles are those that all archives have.
func commonFiles(completions, notices string) (list []file, err error) {
	others, err := os.ReadFile(notices)
	if err != nil {
		return nil, err
	}
	list = append(list, file{"THIRD-PARTY-NOTICES.txt", 0o644, others})
	for _, name := range documents {
		content, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		list = append(list, file{name, 0o644, content})
	}
	for _, shell := range shells {
		content, err := exec.Command(completions, "completion", shell).Output()
		if err != nil {
			return nil, fmt.Errorf("%s completion %s: %w", completions, shell, err)
		}
		list = append(list, file{"completions/stemmad." + shell, 0o644, content})
	}
	return list, nil
}

// pack writes a compressed archive of one folder: sorted, of nobody, all of one time.
func pack(out io.Writer, folder string, at time.Time, files []file) error {
	zipped, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(zipped)
	slices.SortFunc(files, func(a, b file) int { return cmp.Compare(a.name, b.name) })
	for _, f := range files {
		header := &tar.Header{
			Typeflag: tar.TypeReg, Name: path.Join(folder, f.name), Mode: f.mode, Size: int64(len(f.content)), ModTime: at,
			Format: tar.FormatUSTAR,
		}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(f.content); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return zipped.Close()
}
