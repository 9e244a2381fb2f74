package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/stemma-chain/stemma/client/dataset/exchange"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/sheet"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/progress"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// openRows is how many rows that are not allowed the summary lists.
const openRows = 20

// clearManifest asks about all rows of a table, or all files of a folder, at one height and reports.
func clearManifest(ctx context.Context, conn *connect.Conn, path string, folder bool, use licensetypes.Use, licensee string) error {
	read, flag := readManifest, flagManifest
	switch {
	case folder:
		read = sumFolder
	case conn.Flags().Changed(flagList):
		read, flag = readList, flagList
	}
	if form, _ := exchange.FormOf(path); form == exchange.FormManifest || form == exchange.FormLines || form == exchange.FormParquet {
		return fmt.Errorf("--%s takes a table, and %s is a dataset itself (%s): ask about all of it by its work (stemmad clear WORK), "+
			"about one item with --%s and --%s, or about many with --%s and a CSV of their sha256 and contributor", flag, path, form,
			flagItem, flagContrib, flagList)
	}
	manifest, err := read(ctx, conn, path)
	if err != nil {
		return err
	}
	var file *rights.File
	if name := conn.Flags().Text(flagReport); name != "" {
		if file, err = rights.CreateFile(name, path); err != nil {
			return fmt.Errorf("--%w", err)
		}
		defer file.Discard()
	}
	node, err := conn.GetNode()
	if err != nil {
		return err
	}
	moment, err := rights.Latest(ctx, node)
	if err != nil {
		return err
	}
	if err := manifest.Prove(ctx, path, conn.Registry(), moment.Height); err != nil {
		return fmt.Errorf("%w\nnothing was asked", err)
	}
	questions, what := manifest.Questions(), "works"
	if manifest.HasItems() {
		what = "items"
	}
	bar := progress.New(conn.Err(), "asking", int64(len(questions)), progress.Of(what))
	inquiry := rights.Inquiry{
		Chain: conn.License(), Use: use, Licensee: licensee, Moment: moment, Progress: func(n int) { bar.Add(int64(n)) },
	}
	answers, err := inquiry.Ask(ctx, questions)
	bar.Finish()
	if err != nil {
		return err
	}
	limit, err := conn.Flags().GetDuration(connect.FlagWait)
	if err != nil {
		return err
	}
	if err := inquiry.Moment.Seal(ctx, node, limit); err != nil {
		return err
	}
	report := rights.NewReport(filepath.Base(path), manifest, inquiry, answers)
	if file != nil {
		if err := file.Write(report); err != nil {
			return err
		}
	}
	if err := printReport(conn, report, file != nil); err != nil {
		return err
	}
	return verdictError(report.Head.Worst())
}

func readManifest(_ context.Context, conn *connect.Conn, path string) (rights.Manifest, error) {
	f, err := os.Open(path)
	if err != nil {
		return rights.Manifest{}, fmt.Errorf("--%s: %w", flagManifest, err)
	}
	defer f.Close()
	manifest, err := rights.ReadManifest(f, path, tableOptions(conn, path, 0))
	if errors.Is(err, rights.ErrItems) {
		err = fmt.Errorf("%w: name it with --%s in place of --%s", err, flagList, flagManifest)
	}
	if err != nil {
		return manifest, fmt.Errorf("%w\nnothing was asked", err)
	}
	return manifest, nil
}

// readList reads a list of items. A file that a row names as its proof is where the list is, or where it says.
func readList(ctx context.Context, conn *connect.Conn, path string) (rights.Manifest, error) {
	f, err := os.Open(path)
	if err != nil {
		return rights.Manifest{}, fmt.Errorf("--%s: %w", flagList, err)
	}
	defer f.Close()
	options := rights.ListOptions{Options: tableOptions(conn, path, 0), Open: func(name string) (io.ReadCloser, error) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(path), name)
		}
		return os.Open(name)
	}}
	if args := conn.Flags().Args(); len(args) > 0 {
		work, err := target.Earliest(ctx, conn.Registry(), args[0])
		if err != nil {
			return rights.Manifest{}, err
		}
		options.Work = work.Id.String()
	}
	list, err := rights.ReadList(f, path, options)
	if err != nil {
		return list, fmt.Errorf("%w\nnothing was asked", err)
	}
	return list, nil
}

// sumFolder is the manifest of a folder's files: their digests and names.
func sumFolder(ctx context.Context, conn *connect.Conn, path string) (rights.Manifest, error) {
	found, passed, err := register.Find([]string{path})
	if err != nil {
		return rights.Manifest{}, err
	}
	notePassed(conn, passed)
	var rows bytes.Buffer
	table := csv.NewWriter(&rows)
	lines := [][]string{{"sha256", "file"}}
	summed, err := sumFiles(ctx, conn, found)
	if err != nil {
		return rights.Manifest{}, err
	}
	for _, file := range summed {
		lines = append(lines, []string{hex.EncodeToString(file.Digest[:]), file.Path})
	}
	if err := table.WriteAll(lines); err != nil {
		return rights.Manifest{}, err
	}
	return rights.ReadManifest(&rows, path, sheet.Options{Encoding: sheet.UTF8})
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// printReport prints the summary; for programs the whole report, or only what it
// is about when a file has it.
func printReport(conn *connect.Conn, report rights.Report, written bool) error {
	h, path := report.Head, conn.Flags().Text(flagReport)
	if conn.JSON() && written {
		return conn.PrintJSON(struct {
			Head   rights.Head `json:"head"`
			Report string      `json:"report"`
		}{h, path})
	}
	if conn.JSON() {
		return report.WriteJSON(conn.Out())
	}
	licensee := "anybody; --as asks for an account"
	if h.Licensee != "" {
		licensee = accountName(h.Licensee, conn.KeyNames())
	}
	if err := table.Fields(conn.Out(),
		"use", words.Use(report.Use),
		"manifest", fmt.Sprintf("%s, %s, %d distinct", h.Manifest, count(h.Rows, "row"), h.Distinct), "sha256", h.ManifestSHA256,
		"chain", h.ChainID, "height", fmt.Sprint(h.Height), "block time", table.Time(h.Time), "app hash", h.AppHash, "asked for", licensee,
	); err != nil {
		return err
	}
	tab := table.New("verdict", ">rows")
	for _, line := range []struct {
		verdict licensetypes.Verdict
		rows    int
	}{
		{licensetypes.VERDICT_ALLOWED, h.Allowed},
		{licensetypes.VERDICT_NEEDS_GRANT, h.NeedsGrant},
		{licensetypes.VERDICT_DENIED, h.Denied},
		{licensetypes.VERDICT_UNKNOWN, h.Unknown},
	} {
		tab.Row(words.Headline(line.verdict), fmt.Sprint(line.rows))
	}
	if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	if err := printCodes(conn, h); err != nil {
		return err
	}
	for _, bill := range h.Grants {
		conn.Say("Grants: %s for %s, of each the cheapest that serves", conn.Units().Coin(bill.Cost), count(bill.Works, "work"))
	}
	if err := printWithdrawn(conn, report); err != nil {
		return err
	}
	if err := printOpen(conn, report); err != nil {
		return err
	}
	if written {
		conn.Say("Report: %s", path)
	}
	return nil
}

// printCodes says how many rows each reason stands against, or notice is about.
func printCodes(conn *connect.Conn, h rights.Head) error {
	for _, list := range []struct {
		title  string
		counts map[string]int
		means  func(string) string
	}{{"reason", h.Reasons, words.Reason}, {"notice", h.Notices, words.Notice}, {"obligation", h.Obligations, words.DutyWord}} {
		if len(list.counts) == 0 {
			continue
		}
		tab := table.New(list.title, ">rows", "meaning")
		for _, code := range rights.ByRows(list.counts) {
			tab.Row(code, fmt.Sprint(list.counts[code]), list.means(code))
		}
		if err := tab.Write(conn.Out()); err != nil {
			return err
		}
	}
	return nil
}

// printWithdrawn lists the first rows whose items were taken back.
func printWithdrawn(conn *connect.Conn, report rights.Report) error {
	rows := report.Withdrawn()
	if len(rows) == 0 {
		return nil
	}
	tab := table.New(">line", "work", "item", "withdrawn since", ">withdrawal")
	for _, row := range rows[:min(len(rows), openRows)] {
		reason := rights.Withdrawal(report.Answer(row))
		tab.Row(fmt.Sprint(row.Line), row.Subject, row.Item.Sha256.String(), table.Time(*reason.At), fmt.Sprint(reason.Withdrawal))
	}
	conn.Say("Withdrawn by who contributed them:")
	if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	sayMore(conn, len(rows)-openRows)
	return nil
}

// sayMore says where to find the rows that are not listed.
func sayMore(conn *connect.Conn, more int) {
	switch {
	case more > 0 && conn.Flags().Text(flagReport) == "":
		conn.Say("... and %d more; --%s FILE.csv writes them all", more, flagReport)
	case more > 0:
		conn.Say("... and %d more, see the report", more)
	}
}

// printOpen lists the first rows that are not allowed.
func printOpen(conn *connect.Conn, report rights.Report) error {
	rows, more := report.Open(openRows)
	if len(rows) == 0 {
		return nil
	}
	columns := []string{">line", "work", "verdict", "reasons", "price"}
	if report.Manifest.HasItems() {
		columns = append(columns, "item")
	}
	tab := table.New(columns...)
	for _, row := range rows {
		answer := report.Answer(row)
		price := ""
		if coins, ok := rights.Price(answer); ok {
			price = conn.Units().Alternatives(coins)
		}
		tab.Row(fmt.Sprint(row.Line), row.Subject, words.Headline(answer.Verdict), strings.Join(rights.Codes(answer), " "), price,
			row.Item.Sha256.String())
	}
	conn.Say("Not allowed:")
	if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	sayMore(conn, more)
	return nil
}
