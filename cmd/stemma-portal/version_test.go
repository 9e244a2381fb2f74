package main

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/version"
)

// The version is told as stemmad tells it, also of a build without flags, and by the flag too.
func TestVersion(t *testing.T) {
	said := func(args ...string) string {
		var out bytes.Buffer
		cmd := rootCmd()
		cmd.SetArgs(args)
		cmd.SetOut(&out)
		require.NoError(t, cmd.ExecuteContext(t.Context()), args)
		return out.String()
	}
	before := version.Version
	defer func() { version.Version = before }()
	version.Version = ""
	require.Equal(t, "dev\n", said("version"))
	require.Equal(t, "dev\n", said("--version"))
	version.Version = "v1.2.3"
	require.Equal(t, "v1.2.3\n", said("version"))
	require.Equal(t, "v1.2.3\n", said("--version"))
	var long struct {
		Name    string `json:"name"`
		Program string `json:"server_name"`
		Version string `json:"version"`
		Go      string `json:"go"`
	}
	require.NoError(t, json.Unmarshal([]byte(said("version", "--output", "json")), &long))
	require.Equal(t, []string{"stemma", "stemma-portal", "v1.2.3"}, []string{long.Name, long.Program, long.Version})
	require.NotEmpty(t, long.Go)
	require.Contains(t, said("version", "--long"), "server_name: stemma-portal")
}
