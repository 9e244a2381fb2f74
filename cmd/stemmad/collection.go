package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client/dataset/collection"
	"github.com/stemma-chain/stemma/client/sheet"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	flagTable      = "table"
	flagOffer      = "offer"
	flagUndeclared = "undeclared"
	// maxMembers is how many rows a table of members has.
	maxMembers = 100_000
)

func collectionCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "collection",
		Short: "Collections of works, such as an album or a sprite sheet, under one offer",
		Long: `Collection makes one work of many that are registered, offered as a whole, whose works are paid by
their weights: a franchise, an album, a sprite sheet. Members are changed by revision.`,
		Example: `  stemmad collection create "Castle tiles" work1... work1... --offer cc-by-4.0 --from alice`,
		Args:    cobra.NoArgs,
	}
	cmd.AddCommand(collectionCreateCmd(), collectionAddCmd(), collectionRemoveCmd(), collectionReweighCmd())
	return cmd
}

// addMemberFlags adds how members are named and weighed, and how what a collection contains is permitted.
func addMemberFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	addEncodingFlag(cmd)
	f.String(flagWeights, "", "weight of each WORK, in their order, as 3,1,1 (default: 1 each)")
	f.String(flagTable, "", "table with the columns work,weight, in place of WORK")
}

// addContainsFlags adds what `derive` has for sources.
func addContainsFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArray(flagUnder, nil, "terms or grant to rely on for works of others; repeated: the first that a work is offered under")
	f.Bool(flagCommercial, false, "only rely on terms that allow commercial use")
	f.Bool(flagBuy, false, "buy the grants that are needed, in the same transaction")
	f.String(flagMaxFee, "", "most to pay for each work, such as '5.00 USDC'")
	f.String(flagMaxRate, "", "most that the collection may owe in all, such as 15% (default: what it is now)")
	f.Bool(flagAllowUnapproved, false, "declare it although owners have not approved: no offers and grants until they do")
	f.Bool(flagUndeclared, false, "declare none of the works as contained: nothing holds the collection to their terms then")
}

// memberWork is a work that is named, with its weight.
type memberWork struct {
	collection.Member
	claim registrytypes.Claim
}

// readMembers reads the works that arguments or a table name. weighed: each needs a weight of its own.
func readMembers(ctx context.Context, conn *connect.Conn, args []string, weighed bool) ([]memberWork, error) {
	lines, err := memberLines(conn, args, weighed)
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("name the works, or a table of them with --%s", flagTable)
	}
	var members []memberWork
	var bad []error
	for _, line := range lines {
		work, err := target.EarliestSafe(ctx, conn.Registry(), line.work)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			bad = append(bad, line.wrong(err))
			continue
		}
		members = append(members, memberWork{
			collection.Member{Work: work.Id, Sha256: work.Sha256, Weight: line.weight}, work.Claim,
		})
	}
	return members, unusable(bad, len(lines))
}

// memberLine is a work as it is named, and how an error says where.
type memberLine struct {
	work   string
	weight uint64
	wrong  func(error) error
}

func memberLines(conn *connect.Conn, args []string, weighed bool) ([]memberLine, error) {
	if name := conn.Flags().Text(flagTable); name != "" {
		if len(args) > 0 || conn.Flags().Changed(flagWeights) {
			return nil, fmt.Errorf("name the works with their weights in the table alone: --%s takes neither WORK nor --%s", flagTable, flagWeights)
		}
		return tableMembers(conn, name, weighed)
	}
	var weights []string
	if text := conn.Flags().Text(flagWeights); text != "" {
		weights = strings.Split(text, ",")
	}
	if n := len(weights); n != len(args) && (n > 0 || weighed) {
		return nil, fmt.Errorf("--%s has %s for %s: give one each", flagWeights, count(n, "weight"), count(len(args), "work"))
	}
	lines := make([]memberLine, len(args))
	for i, arg := range args {
		lines[i] = memberLine{work: arg, weight: 1, wrong: func(err error) error { return err }}
		if len(weights) == 0 {
			continue
		}
		var err error
		if lines[i].weight, err = readWeight(weights[i]); err != nil {
			return nil, fmt.Errorf("--%s: %w", flagWeights, err)
		}
	}
	return lines, nil
}

func tableMembers(conn *connect.Conn, name string, weighed bool) ([]memberLine, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	read, err := sheet.Read(f, name, tableOptions(conn, name, maxMembers))
	if err != nil {
		return nil, err
	}
	places, err := read.Places("work", "weight")
	if err != nil {
		return nil, err
	}
	workAt, named := places["work"]
	weightAt, haveWeights := places["weight"]
	if unknown := read.Unknown("work", "weight"); !named || weighed && !haveWeights || len(unknown) > 0 {
		return nil, fmt.Errorf("%s: the first line names the columns: work,weight", name)
	}
	var lines []memberLine
	var bad []error
	for _, row := range read.Body() {
		line := memberLine{work: row.Cells[workAt], weight: 1, wrong: func(err error) error { return read.Wrong(row, workAt, err) }}
		if haveWeights && (weighed || row.Cells[weightAt] != "") {
			if line.weight, err = readWeight(row.Cells[weightAt]); err != nil {
				bad = append(bad, read.Wrong(row, weightAt, err))
			}
		}
		lines = append(lines, line)
	}
	return lines, sheet.Join(bad)
}

func readWeight(text string) (uint64, error) {
	text = strings.TrimSpace(text)
	weight, err := strconv.ParseUint(text, 10, 64)
	if err != nil || weight == 0 {
		return 0, fmt.Errorf("%q is no weight: write a whole number from 1 on", text)
	}
	return weight, nil
}

// fileFor is the manifest of a collection's version: NAME.manifest, and NAME.v2.manifest for what came with version 2.
func fileFor(name string, version uint32) string {
	stem := strings.Trim(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-", r) {
			return r
		}
		return '-'
	}, name), ".-")
	if stem == "" {
		stem = "collection"
	}
	if version > 1 {
		stem += fmt.Sprintf(".v%d", version)
	}
	return stem + ".manifest"
}

// writeCollection writes a manifest. One that is there must be the same, as of a command that was broken off.
func writeCollection(c *collection.Collection, path string) error {
	raw, err := c.Append(nil)
	if err != nil {
		return err
	}
	there, err := os.ReadFile(path)
	switch {
	case err == nil && string(there) == string(raw):
		return nil
	case err == nil:
		return fmt.Errorf("%s is there already and has other members: move it away, or choose another --%s", path, flagManifest)
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	return os.WriteFile(path, raw, 0o644)
}

// mostContained is how many works one declares as contained. Tests set less.
var mostContained = lineagetypes.MaxSources

// checkDeclarable fails where a work can't name so many as contained.
func checkDeclarable(conn *connect.Conn, members int) error {
	if members <= mostContained || conn.Flags().Is(flagUndeclared) {
		return nil
	}
	return fmt.Errorf("%d works, and a work declares at most %d as contained: make collections of parts, and one of those, "+
		"or say --%s, with which nothing holds the collection to the works' terms", members, mostContained, flagUndeclared)
}
