package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/client/content"
	"github.com/stemma-chain/stemma/client/iscc"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/similar"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	flagDistance = "distance"
	flagLimit    = "limit"
)

func similarCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "similar FILE|ISCC|WORK... --portal URL",
		Short: "Find works that look like a file: stored anew, resized, or changed a little",
		Long: `Similar makes the ISCC of a file (ISO 24138) and asks a portal which works have codes that differ from it in
few of 64 bits. The file stays here: what is sent to the portal is its ISCC. Whose a work is, and since when, is what your
node says; a work that it does not know is left out.

That something looks like a work says neither that it was made from it nor whose it is. The chain decides nothing by it.
"stemmad detect" finds what is certain: the same bytes, and the same Content Credentials.

It exits with 5 if nothing looks like one of the files.`,
		Example: `  stemmad similar photo.jpg --portal https://portal.example.org
  stemmad similar ISCC:KACYPXW445FTYNJ3CYSXHAFJMA2HUWULUNRFE3BLHRSCXYH2M5AEGQY --portal https://portal.example.org --output json`,
		Args: cobra.MinimumNArgs(1),
	}
	f := cmd.Flags()
	f.String(flagPortal, "", "address of the portal to ask, as https://portal.example.org")
	f.Int(flagDistance, similar.Distance, fmt.Sprintf("in how many of 64 bits codes may differ, 0 to %d", similar.MaxDistance))
	f.Int(flagLimit, 20, "how many works are named of each, 1 to 100")
	return asking(cmd, runSimilar)
}

// lookedLike is what looks like one argument.
type lookedLike struct {
	Argument string `json:"argument"`
	ISCC     string `json:"iscc,omitempty"`
	// Left are units that the ISCC has not, and why.
	Left []string `json:"left,omitempty"`
	// Same are the works of just this content, which are no others that look like it.
	Same []string `json:"same_content,omitempty"`
	similar.Answer
}

func runSimilar(ctx context.Context, conn *connect.Conn, args []string) error {
	f := conn.Flags()
	portal := f.Text(flagPortal)
	if portal == "" {
		return fmt.Errorf("name the portal to ask: --%s https://HOST", flagPortal)
	}
	distance, _ := f.GetInt(flagDistance)
	limit, _ := f.GetInt(flagLimit)
	if distance < 0 || distance > similar.MaxDistance {
		return fmt.Errorf("--%s is 0 to %d", flagDistance, similar.MaxDistance)
	}
	if limit < 1 || limit > 100 {
		return fmt.Errorf("--%s is 1 to 100", flagLimit)
	}
	var all []lookedLike
	unlike := 0
	for _, arg := range args {
		found, err := lookLike(ctx, conn, portal, arg, distance, limit)
		if err != nil {
			return fmt.Errorf("%s: %w", table.Clean(arg), err)
		}
		if len(found.Works) == 0 {
			unlike++
		}
		all = append(all, found)
	}
	if conn.JSON() {
		if err := conn.PrintJSON(map[string]any{"chain_id": conn.ChainID, "found": all, "note": similarNote}); err != nil {
			return err
		}
	} else {
		printSimilar(conn, all)
	}
	if unlike > 0 {
		return exitError{code: exitNotFound, err: errUnlike, said: true}
	}
	return nil
}

// errUnlike says that no work looks like a file.
var errUnlike = errors.New("no work looks like it")

// similarNote is said wherever works that look alike are printed.
const similarNote = "That something looks like a work says neither that it was made from it nor whose it is; " +
	"the chain decides nothing by it."

// lookLike asks for one argument.
func lookLike(ctx context.Context, conn *connect.Conn, portal, arg string, distance, limit int) (lookedLike, error) {
	found := lookedLike{Argument: arg}
	if info, err := os.Stat(arg); err == nil {
		if info.IsDir() {
			return found, fmt.Errorf("it %w: name its files", content.ErrFolder)
		}
		_, media, err := describe.Guess(arg)
		if err != nil {
			return found, err
		}
		c, err := content.Read(ctx, arg, content.Options{MediaType: media})
		if err != nil {
			return found, err
		}
		found.ISCC, found.Left = c.ISCC.Code.String(), c.Left()
		found.Answer, found.Same, err = resembling(ctx, conn, portal, c, distance, limit)
		return found, err
	}
	q := similar.Query{Distance: distance, Limit: limit}
	if strings.HasPrefix(arg, registrytypes.WorkPrefix+"1") {
		q.Work = arg
	} else if code, err := iscc.Parse(arg); err == nil {
		q.ISCC, found.ISCC = code.String(), code.String()
	} else {
		return found, errors.New("it is neither a file here, nor an ISCC, nor a work id (work1...)")
	}
	answer, err := similar.Ask(ctx, portal, q)
	if err != nil {
		return found, connect.Away(portal, err)
	}
	of, err := codesAsked(ctx, conn, q)
	if err != nil {
		return found, err
	}
	found.Answer, _, err = checked(ctx, conn, answer, of, distance, registrytypes.Digest{})
	return found, err
}

// codesAsked are those that a question is about: of an ISCC, or of the work as the node has it.
func codesAsked(ctx context.Context, conn *connect.Conn, q similar.Query) ([]similar.Code, error) {
	if q.ISCC != "" {
		return similar.Codes(q.ISCC)
	}
	id, err := registrytypes.ParseWorkID(q.Work)
	if err != nil {
		return nil, err
	}
	res, err := conn.Registry().Work(ctx, &registrytypes.QueryWorkRequest{Work: id})
	if err != nil {
		return nil, err
	}
	return codesOf(res.Work), nil
}

// codesOf are those of a work's ISCCs; what can't be read of them is passed over, since people may register it.
func codesOf(work registrytypes.Claim) (all []similar.Code) {
	for _, f := range work.Details.Fingerprints {
		if f.Scheme == content.ISCC {
			codes, _ := similar.Codes(f.Value)
			all = append(all, codes...)
		}
	}
	return all
}

// resembling asks a portal which works look like a file; those of just its content are apart.
func resembling(
	ctx context.Context, conn *connect.Conn, portal string, c content.Content, distance, limit int,
) (answer similar.Answer, same []string, err error) {
	if c.ISCC.Code.IsZero() {
		return answer, nil, nil
	}
	answer, err = similar.Ask(ctx, portal, similar.Query{ISCC: c.ISCC.Code.String(), Distance: distance, Limit: limit})
	if err != nil {
		return answer, nil, connect.Away(portal, err)
	}
	of, err := similar.Codes(c.ISCC.Code.String())
	if err != nil {
		return answer, nil, err
	}
	return checked(ctx, conn, answer, of, distance, c.Sha256)
}

// checked is an answer of a portal as the node has it: a work that the node does not know, or whose codes are not as near as was asked
// for, is left out, and what is said of the others is the node's word. Those of one content, which are claims to it and no likeness, are
// apart.
func checked(
	ctx context.Context, conn *connect.Conn, answer similar.Answer, of []similar.Code, distance int, but registrytypes.Digest,
) (_ similar.Answer, same []string, err error) {
	if answer.ChainID != conn.ChainID {
		return answer, nil, fmt.Errorf("the portal is of the chain %q, and the node of %q: name a portal of the same",
			table.Clean(answer.ChainID), conn.ChainID)
	}
	works := answer.Works
	answer.Works, answer.Compared = nil, nil
	for _, code := range of {
		answer.Compared = append(answer.Compared, code.Unit)
	}
	for _, w := range works {
		id, err := registrytypes.ParseWorkID(w.Work)
		if err != nil {
			return answer, nil, fmt.Errorf("%w: %w", similar.ErrPortal, err)
		}
		res, err := conn.Registry().Work(ctx, &registrytypes.QueryWorkRequest{Work: id})
		if status.Code(err) == codes.NotFound {
			continue
		}
		if err != nil {
			return answer, nil, err
		}
		c := res.Work
		if !but.IsZero() && c.Sha256 == but {
			same = append(same, c.Id.String())
			continue
		}
		unit, differs, comparable := similar.Nearest(of, codesOf(c))
		if !comparable || differs > distance {
			continue
		}
		answer.Works = append(answer.Works, similarWork(c, unit, differs))
	}
	return answer, same, nil
}

// similarWork is what the node says of a work that looks like something.
func similarWork(c registrytypes.Claim, unit string, distance int) similar.Work {
	w := similar.Work{
		Work: c.Id.String(), Title: c.Details.Title, Kind: describe.KindName(c.Details.Kind), Owner: c.Owner, SHA256: c.Sha256.String(),
		Since: c.ClaimedSince.Time, Contested: c.Contested, Active: c.Status == registrytypes.STATUS_ACTIVE, Unit: unit, Distance: distance,
	}
	for _, f := range c.Details.Fingerprints {
		if f.Scheme == content.C2PA {
			w.Credentials = append(w.Credentials, f.Value)
		}
	}
	return w
}

func printSimilar(conn *connect.Conn, all []lookedLike) {
	names := conn.KeyNames()
	for _, found := range all {
		name := table.Clean(found.Argument)
		for _, line := range found.Left {
			conn.Note("%s: %s", name, table.Clean(line))
		}
		if len(found.Same) > 0 {
			conn.Say("%s is registered itself: %s (stemmad detect)", name, strings.Join(found.Same, ", "))
		}
		switch {
		case len(found.Works) > 0:
			conn.Say("%s looks like:", name)
		case len(found.Same) > 0:
			conn.Say("%s: no other work looks like it.", name)
		case len(found.Compared) == 0:
			conn.Say("%s: it has no code that can be compared.", name)
		default:
			conn.Say("%s: no work looks like it.", name)
		}
		for _, w := range found.Works {
			conn.Say("%s", similarLines(w, names))
		}
		if found.More {
			conn.Say("  and more (--%s, --%s)", flagLimit, flagDistance)
		}
	}
	conn.Note("%s", similarNote)
}

// similarLines are a work that looks like something, and whose it is.
func similarLines(w similar.Work, names map[string]string) string {
	what := map[string]string{
		"image": "the picture", "text": "the text", "audio": "the sound", "video": "the film", "mixed": "the content", "data": "the bytes",
	}[w.Unit]
	if what == "" {
		what = "something"
	}
	title := w.Title
	if title == "" {
		title = "(untitled)"
	}
	standing := ""
	if !w.Active {
		standing = ", not active"
	}
	return fmt.Sprintf("  %q (%s%s), claimed %s; %s differs in %d of 64 bits\n    %s, owner %s", table.Short(title), w.Kind, standing,
		table.Time(w.Since), what, w.Distance, w.Work, accountName(w.Owner, names))
}
