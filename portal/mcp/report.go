package mcp

import (
	"context"
	"fmt"
	"strings"

	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/sheet"
	"github.com/stemma-chain/stemma/client/words"
)

type reportIn struct {
	Works []string `json:"works" jsonschema:"work ids and SHA-256 digests, 1 to 1000"`
	use
	As   string `json:"as,omitempty" jsonschema:"account that would use them; empty: this server's controller, or anybody"`
	From int    `json:"from,omitempty" jsonschema:"number of the first row to list, from 0: an answer lists 50"`
}

// Row is the answer about one entry of a list.
type Row struct {
	Subject    string   `json:"subject" jsonschema:"as it was asked about"`
	Verdict    string   `json:"verdict"`
	Work       string   `json:"work,omitempty" jsonschema:"the work that was decided on"`
	Reasons    []string `json:"reasons" jsonschema:"codes"`
	Duties     []string `json:"obligations" jsonschema:"codes"`
	Notices    []string `json:"notices" jsonschema:"codes"`
	Permission string   `json:"permission,omitempty"`
	Price      []Amount `json:"price,omitempty" jsonschema:"of the cheapest that would do; alternatives"`
}

type reportOut struct {
	ChainID    string         `json:"chain_id"`
	Height     int64          `json:"height" jsonschema:"all answers are of the state after this block"`
	BlockTime  string         `json:"block_time"`
	AppHash    string         `json:"app_hash,omitempty" jsonschema:"of that state, from the next header; empty: that did not come in time"`
	Use        string         `json:"use"`
	As         string         `json:"as,omitempty"`
	Rows       int            `json:"rows"`
	Allowed    int            `json:"allowed"`
	NeedsGrant int            `json:"needs_grant"`
	Denied     int            `json:"denied"`
	Unknown    int            `json:"unknown"`
	Reasons    map[string]int `json:"reasons" jsonschema:"how many rows each reason stands against"`
	Cost       []Amount       `json:"cost" jsonschema:"of all grants that are needed, the cheapest of each; alternatives"`
	Listed     []Row          `json:"listed"`
	Cut
}

// report clears a list at one height.
func (s *Server) report(ctx context.Context, in reportIn) (out reportOut, err error) {
	asked, err := in.read()
	if err != nil {
		return out, err
	}
	if len(in.Works) == 0 || len(in.Works) > maxReported || in.From < 0 {
		return out, fmt.Errorf("%w: works: 1 to %d, and from 0 on", ErrArgument, maxReported)
	}
	for i, entry := range in.Works {
		if in.Works[i] = strings.TrimSpace(entry); strings.ContainsAny(entry, "\r\n,;\t\"") || in.Works[i] == "" {
			return out, fmt.Errorf("%w: works: entry %d is neither a work id nor a SHA-256", ErrArgument, i)
		}
	}
	manifest, err := rights.ReadManifest(strings.NewReader(strings.Join(in.Works, "\n")), "works", sheet.Options{})
	if err != nil {
		return out, fmt.Errorf("%w: %w", ErrArgument, err)
	}
	as := in.As
	if as == "" {
		as = s.account()
	}
	at, err := rights.Latest(ctx, s.config.Node)
	if err != nil {
		return out, fmt.Errorf("%w: %w", ErrNode, err)
	}
	inquiry := rights.Inquiry{Chain: s.config.Client.License(), Use: asked, Licensee: as, Moment: at}
	answers, err := inquiry.Ask(ctx, manifest.Questions())
	if err != nil {
		return out, err
	}
	_ = inquiry.Moment.Seal(ctx, s.config.Node, nextBlock) // without it the answers hold all the same, and the hash is not said
	return s.summed(ctx, rights.NewReport("works", manifest, inquiry, answers), in.From), nil
}

func (s *Server) summed(ctx context.Context, r rights.Report, from int) reportOut {
	u, h := s.inUnits(ctx), r.Head
	out := reportOut{
		ChainID: h.ChainID, Height: h.Height, BlockTime: moment(&h.Time), AppHash: h.AppHash, Use: words.Use(r.Use), As: h.Licensee,
		Rows: h.Rows, Allowed: h.Allowed, NeedsGrant: h.NeedsGrant, Denied: h.Denied, Unknown: h.Unknown, Reasons: h.Reasons,
		Cost: []Amount{}, Listed: []Row{},
	}
	for _, bill := range h.Grants {
		out.Cost = append(out.Cost, coin(u, bill.Cost))
	}
	rows := r.Manifest.Rows[min(from, len(r.Manifest.Rows)):]
	rows, out.Cut = few(rows)
	for _, row := range rows {
		answer := r.Answer(row)
		listed := Row{
			Subject: row.Subject, Verdict: rights.VerdictWord(answer.Verdict), Work: rights.Works(answer), Permission: answer.Permission,
			Reasons: append([]string{}, rights.Codes(answer)...), Duties: append([]string{}, rights.DutyCodes(answer)...),
			Notices: append([]string{}, rights.NoticeCodes(answer)...),
		}
		if price, any := rights.Price(answer); any {
			listed.Price = coins(u, price)
		}
		out.Listed = append(out.Listed, listed)
	}
	return out
}
