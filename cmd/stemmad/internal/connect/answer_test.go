package connect

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

// Each question has a line of its own, also when all come at once.
func TestAnswersAreReadLineByLine(t *testing.T) {
	var asked bytes.Buffer
	cmd := &cobra.Command{}
	cmd.SetContext(t.Context())
	cmd.SetErr(&asked)
	cmd.SetIn(strings.NewReader("2\n yes \nlast"))
	c := &Conn{cmd: cmd}
	for _, want := range []string{"2", "yes", "last"} {
		got, err := c.Answer("Well? ")
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := c.Answer("Well? ")
	require.ErrorIs(t, err, io.EOF)
	require.Equal(t, "Well? Well? Well? Well? \n", asked.String())

	cmd.SetIn(strings.NewReader(strings.Repeat("y", 2000)))
	_, err = c.Answer("")
	require.ErrorContains(t, err, "more than 1000 characters")
}

// What a script reads from is nobody who chooses.
func TestAFileIsNobody(t *testing.T) {
	read, write, err := os.Pipe()
	require.NoError(t, err)
	defer read.Close()
	defer write.Close()
	cmd := &cobra.Command{}
	cmd.SetIn(read)
	require.False(t, (&Conn{cmd: cmd}).Watched())
	cmd.SetIn(strings.NewReader(""))
	require.True(t, (&Conn{cmd: cmd}).Watched())
}
