package deploy_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// instruction is one of a container file, with the stage that it stands in.
type instruction struct {
	stage      int
	name, rest string
}

// instructions reads the container file. It has no line that goes on.
func instructions(t *testing.T) (list []instruction) {
	t.Helper()
	text, err := os.ReadFile("Containerfile")
	require.NoError(t, err)
	stage := -1
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		require.NotRegexp(t, `\\$`, line)
		name, rest, found := strings.Cut(line, " ")
		require.True(t, found, line)
		if name == "FROM" {
			stage++
		}
		list = append(list, instruction{stage, name, rest})
	}
	return list
}

func of(list []instruction, stage int, name string) (rests []string) {
	for _, i := range list {
		if i.stage == stage && i.name == name {
			rests = append(rests, i.rest)
		}
	}
	return rests
}

// words reads the exec form.
func words(t *testing.T, list []string) (words []string) {
	t.Helper()
	require.Len(t, list, 1)
	require.NoError(t, json.Unmarshal([]byte(list[0]), &words), "not the exec form, which needs no shell: %s", list[0])
	return words
}

// copied are the sources of a COPY and where they go.
func copied(t *testing.T, rest string) (from []string, to string) {
	t.Helper()
	fields := strings.Fields(rest)
	for len(fields) > 0 && strings.HasPrefix(fields[0], "--") {
		fields = fields[1:]
	}
	require.GreaterOrEqual(t, len(fields), 2, rest)
	return fields[:len(fields)-1], fields[len(fields)-1]
}

// What builds is pinned by its version, what runs has no shell and no rights, and all that the file names is there.
func TestTheContainerFile(t *testing.T) {
	list := instructions(t)
	require.Equal(t, []string{"scratch"}, of(list, 1, "FROM"))
	require.Empty(t, of(list, 1, "RUN"), "there is no shell")
	base := of(list, 0, "FROM")[0]
	image := regexp.MustCompile(`^docker\.io/library/golang:(1\.\d+)\.\d+-[a-z]+ AS build$`).FindStringSubmatch(base)
	require.NotNil(t, image, "%s is not pinned", base)
	module, err := os.ReadFile("../../go.mod")
	require.NoError(t, err)
	require.Regexp(t, `(?m)^go `+regexp.QuoteMeta(image[1])+`\.`, string(module), "the Go of go.mod")

	require.Equal(t, []string{"10001:10001"}, of(list, 1, "USER"))
	require.Equal(t, []string{"/usr/local/bin/stemmad"}, words(t, of(list, 1, "ENTRYPOINT")))
	require.Equal(t, []string{"start"}, words(t, of(list, 1, "CMD")))
	require.Equal(t, []string{"26656"}, of(list, 1, "EXPOSE"), "RPC, gRPC and REST are for a proxy to show")

	makefile, err := os.ReadFile("../../Makefile")
	require.NoError(t, err)
	for _, command := range of(list, 0, "RUN") {
		if target, found := strings.CutPrefix(command, "make "); found {
			require.Contains(t, string(makefile), "\n"+strings.Fields(target)[0]+": ##")
		}
		for _, word := range strings.Fields(command) {
			if strings.HasPrefix(word, "./") {
				require.DirExists(t, filepath.Join("../..", word))
			}
		}
	}
	ignored, err := os.ReadFile("../../.dockerignore")
	require.NoError(t, err)
	for _, rest := range of(list, 1, "COPY") {
		require.Contains(t, rest, "--from=build ", "what runs comes from what was built")
		from, _ := copied(t, rest)
		for _, path := range from {
			if inside, found := strings.CutPrefix(path, "/src/"); found && !strings.HasPrefix(inside, "build/") {
				require.FileExists(t, filepath.Join("../..", inside))
				require.NotContains(t, string(ignored), inside)
			}
		}
	}
	for _, rest := range of(list, 0, "COPY") {
		if from, _ := copied(t, rest); from[0] != "." {
			for _, path := range from {
				require.FileExists(t, filepath.Join("../..", path))
			}
		}
	}
}
