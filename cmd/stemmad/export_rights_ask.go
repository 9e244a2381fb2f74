package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/publish"
	"github.com/stemma-chain/stemma/client/publish/survey"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	// exportPage is how many works are in memory at once.
	exportPage = 100
	// maxExport bounds the works of one file.
	maxExport = 100_000
)

// rightsExport asks about works and writes a file in each of some formats.
type rightsExport struct {
	conn     *connect.Conn
	site     publish.Site
	source   publish.Source
	formats  []string
	register publish.Register

	works, elsewhere, contested int
}

// write writes the formats, each to its own of outs, and returns their writers, closed.
func (e *rightsExport) write(ctx context.Context, outs ...io.Writer) ([]publish.Writer, error) {
	files := make([]publish.Writer, len(outs))
	for i, out := range outs {
		var err error
		if files[i], err = publish.New(e.formats[i], out, e.site, e.source); err != nil {
			return nil, err
		}
		if tdm, ok := files[i].(*publish.TDMWriter); ok && e.conn.Flags().Text(flagOut) != "" {
			tdm.WithPolicies()
		}
	}
	// Twice: whether several works are at one place is known after the first.
	count := func(claims []registrytypes.Claim) error {
		for _, claim := range claims {
			e.register.Count(claim.Details)
		}
		return nil
	}
	if err := e.each(ctx, count); err != nil {
		return nil, err
	}
	if err := e.each(ctx, func(claims []registrytypes.Claim) error { return e.add(ctx, files, claims) }); err != nil {
		return nil, err
	}
	if err := e.stated(); err != nil {
		return nil, err
	}
	for _, file := range files {
		if err := file.Close(); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// each passes on the works to export, a page at a time.
func (e *rightsExport) each(ctx context.Context, use func([]registrytypes.Claim) error) error {
	f := e.conn.Flags()
	if named := f.Texts(flagWork); len(named) > 0 {
		var claims []registrytypes.Claim
		for _, name := range named {
			found, err := target.Earliest(ctx, e.conn.Registry(), name)
			if err != nil {
				return err
			}
			claim := found.Claim
			noteChoice(e.conn, name, found)
			if !slices.ContainsFunc(claims, func(c registrytypes.Claim) bool { return c.Id == claim.Id }) {
				claims = append(claims, claim)
			}
		}
		return use(claims)
	}
	owner, err := e.conn.Account(f.Text(flagOwner))
	if err != nil {
		return fmt.Errorf("--%s: %w", flagOwner, err)
	}
	page := &query.PageRequest{Limit: exportPage}
	for seen := 0; ; {
		res, err := e.conn.Registry().Works(ctx, &registrytypes.QueryWorksRequest{Owner: owner.String(), Pagination: page})
		if err != nil {
			return err
		}
		if seen += len(res.Works); seen > maxExport {
			return fmt.Errorf("%s owns more than %d works: export them in parts with --%s", owner, maxExport, flagWork)
		}
		if err := use(res.Works); err != nil {
			return err
		}
		if res.Pagination == nil || len(res.Pagination.NextKey) == 0 {
			return nil
		}
		page = &query.PageRequest{Limit: exportPage, Key: res.Pagination.NextKey}
	}
}

// add asks about the works of a page and writes them in order.
func (e *rightsExport) add(ctx context.Context, files []publish.Writer, claims []registrytypes.Claim) error {
	asking := survey.Survey{
		Chain: e.conn, Site: e.site, Source: e.source, Register: e.register, Describes: slices.Contains(e.formats, publish.SchemaJSONLD),
	}
	return asking.Each(ctx, claims, func(work publish.Work) error {
		e.works++
		if len(work.Places) == 0 {
			e.elsewhere++
		}
		if work.Claim.Contested {
			e.contested++
		}
		for _, file := range files {
			if err := file.Add(work); err != nil {
				return err
			}
		}
		return nil
	})
}

// stated fails if the file is about nothing.
func (e *rightsExport) stated() error {
	switch {
	case e.works == 0:
		return errors.New("there are no works to export: the account owns none")
	case e.needNoPlace() || e.elsewhere < e.works:
		return nil
	}
	return fmt.Errorf("nothing to state: %s", e.leftOut())
}

// needNoPlace says whether works are stated wherever they are.
func (e *rightsExport) needNoPlace() bool {
	return !slices.ContainsFunc(e.formats, func(format string) bool { return format != publish.SchemaJSONLD })
}

// leftOut says why works are not in the file.
func (e *rightsExport) leftOut() string {
	if e.site.Origin == "" {
		return fmt.Sprintf("%s without a URL of its own: say with --%s where it is served", count(e.elsewhere, "work"), flagSite)
	}
	return fmt.Sprintf("%s not on %s by its url fingerprint or metadata URI", count(e.elsewhere, "work"), e.site.Origin)
}

// report says what the file does not.
func (e *rightsExport) report() {
	if e.elsewhere > 0 && !e.needNoPlace() {
		e.conn.Note("Left out: %s.", e.leftOut())
	}
	if e.contested > 0 {
		e.conn.Note("%s reserved: somebody else claimed the content before.", count(e.contested, "work"))
	}
	e.conn.Note("%s of %s at height %d; write it anew before %s. %s", count(e.works, "work"), e.source.ChainID, e.source.Height,
		e.source.ValidUntil.Format("2006-01-02"), claimsNote)
}
