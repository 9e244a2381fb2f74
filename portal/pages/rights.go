package pages

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/portrait"
	"github.com/stemma-chain/stemma/client/publish"
	surveys "github.com/stemma-chain/stemma/client/publish/survey"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	// exportedWorks is how many works a file of several is about.
	exportedWorks = 200
	// exportedFor is how long files may be relied on, as those of `stemmad export rights`, and renewedAfter how old those of several works
	// may be.
	exportedFor, renewedAfter = 30 * 24 * time.Hour, time.Minute
	// exportedOffers is how many offers of a work are asked about for its page. What others permit is reserved.
	exportedOffers = 16
	// maxJSONLD is the most bytes that a page says of its work for programs.
	maxJSONLD = 16 << 10
)

// Names of the files of an export.
const (
	fileRSL    = "rsl.xml"
	fileRobots = "robots.txt"
	fileTDMRep = "tdmrep.json"
	fileJSONLD = "jsonld"
)

// survey asks about works for an export.
type survey struct {
	site   *Site
	ctx    context.Context // at the height
	made   *exported
	source publish.Source
}

func (s *Site) survey(ctx context.Context, height int64, at time.Time) (*survey, error) {
	chain, err := s.Client.ChainID(ctx)
	if err != nil {
		return nil, err
	}
	at = at.UTC()
	return &survey{
		site: s, ctx: client.At(ctx, height), made: &exported{height: height, files: map[string]exportedFile{}},
		source: publish.Source{ChainID: chain, Height: height, Time: at, ValidUntil: at.Add(exportedFor)},
	}, nil
}

// publishedAt is the site as files say it: its RSL file at a path.
func (s *Site) publishedAt(path string) (publish.Site, error) {
	if s.Address == "" {
		return publish.Site{}, nil
	}
	site, err := publish.NewSite(s.Address, "works", s.Address+path, "")
	site.About = true
	return site, err
}

// write asks about works and writes files about them.
func (a *survey) write(site publish.Site, claims []registrytypes.Claim, files map[string]publish.Writer) error {
	ask := surveys.Survey{Chain: a.site.Client, Site: site, Source: a.source, Register: publish.NewRegister()}
	for _, claim := range claims {
		ask.Register.Count(claim.Details)
	}
	return ask.Each(a.ctx, claims, func(work publish.Work) error {
		a.site.withoutDenied(work)
		for _, file := range files {
			if err := file.Add(work); err != nil {
				return err
			}
		}
		return nil
	})
}

// withoutDenied leaves out credit lines of works that are not shown: they have titles and names.
func (s *Site) withoutDenied(work publish.Work) {
	for _, o := range work.Offers {
		for _, answer := range o.Answers {
			for i, due := range answer.Obligations {
				if s.Denied(due.Work.String()) {
					answer.Obligations[i].Text = ""
				}
			}
		}
	}
}

// workRights are the files about one work. What its page knows already may be given; it is used where it is of that height.
func (s *Site) workRights(ctx context.Context, id registrytypes.WorkID, known *portrait.Portrait) (*exported, error) {
	return s.export(ctx, "work "+id.String(), 0, oneWork, func(ctx context.Context, a *survey) error {
		if known == nil || known.Height != a.source.Height || len(known.Constraints.Pagination.GetNextKey()) > 0 {
			res, err := s.Client.Registry().Work(ctx, &registrytypes.QueryWorkRequest{Work: id})
			if err != nil {
				return err
			}
			known = &portrait.Portrait{Work: res.Work}
		}
		site, err := s.publishedAt(rslOf(id))
		if err != nil {
			return err
		}
		texts := map[string]*bytes.Buffer{fileRSL: {}, fileJSONLD: {}}
		files := map[string]publish.Writer{}
		for name, format := range map[string]string{fileRSL: publish.RSL, fileJSONLD: publish.SchemaJSONLD} {
			if files[name], err = publish.New(format, texts[name], site, a.source); err != nil {
				return err
			}
		}
		work, err := a.one(ctx, site, known)
		if err != nil {
			return err
		}
		for _, file := range files {
			if err := file.Add(work); err != nil {
				return err
			}
		}
		a.made.usage = publish.ContentUsage(work)
		return a.close(files, texts)
	})
}

// one asks about the work of a page.
func (a *survey) one(ctx context.Context, site publish.Site, known *portrait.Portrait) (work publish.Work, err error) {
	ask := surveys.Survey{
		Chain: a.site.Client, Site: site, Source: a.source, Register: publish.NewRegister(), Describes: true, MaxOffers: exportedOffers,
	}
	ask.Register.Count(known.Work.Details)
	if known.Height == 0 {
		work, err = ask.Work(ctx, known.Work)
	} else {
		work, err = ask.Known(ctx, known.Work, surveys.About{
			Constraints: known.Constraints.Constraints, Sources: known.Sources.Sources, Offers: known.Offers,
		})
	}
	a.site.withoutDenied(work)
	return work, err
}

func (a *survey) close(files map[string]publish.Writer, texts map[string]*bytes.Buffer) error {
	for name, file := range files {
		if err := file.Close(); err != nil {
			return err
		}
		a.made.add(name, texts[name].Bytes())
	}
	return nil
}

func rslOf(id registrytypes.WorkID) string { return "/works/" + id.String() + "/" + fileRSL }

// siteRights are the files about the site: about its newest works, or those behind a place in their list, which RSL alone
// goes on to.
func (s *Site) siteRights(ctx context.Context, after string) (*exported, error) {
	of := newestWorks
	if after != "" {
		of = furtherWorks
	}
	return s.export(ctx, "site "+after, renewedAfter, of, func(ctx context.Context, a *survey) error {
		page, err := s.Index.Newest(ctx, after, exportedWorks)
		if err != nil {
			return err
		}
		var claims []registrytypes.Claim
		for _, w := range page.Rows {
			if s.Denied(w.ID.String()) {
				continue
			}
			res, err := s.Client.Registry().Work(ctx, &registrytypes.QueryWorkRequest{Work: w.ID})
			if status.Code(err) == codes.NotFound {
				continue // of a block that the node answered before
			}
			if err != nil {
				return err
			}
			claims = append(claims, res.Work)
		}
		site, err := s.publishedAt("/" + fileRSL)
		if err != nil {
			return err
		}
		a.made.next = page.Next
		return a.siteFiles(site, claims, after == "")
	})
}

// siteFiles writes the RSL file of works, and where they are the newest also what stands at the site's root.
func (a *survey) siteFiles(site publish.Site, claims []registrytypes.Claim, newest bool) error {
	formats := map[string]string{fileRSL: publish.RSL}
	if newest {
		formats[fileRobots], formats[fileTDMRep] = publish.Robots, publish.TDMRep
	}
	texts, files := map[string]*bytes.Buffer{}, map[string]publish.Writer{}
	for name, format := range formats {
		texts[name] = new(bytes.Buffer)
		if name == fileRobots && a.made.next != "" {
			fmt.Fprintf(texts[name], "# About the newest %d works; what may be done with others their own pages say.\n", len(claims))
		}
		var err error
		if files[name], err = publish.New(format, texts[name], site, a.source); err != nil {
			return err
		}
	}
	tdm, _ := files[fileTDMRep].(*publish.TDMWriter)
	if tdm != nil {
		tdm.WithPolicies()
	}
	if err := a.write(site, claims, files); err != nil {
		return err
	}
	if tdm != nil {
		policies, err := tdm.Policies()
		if err != nil {
			return err
		}
		for name, text := range policies {
			a.made.add(name, text)
		}
	}
	return a.close(files, texts)
}

// exported adds the files that say what works are offered under.
func (s *Site) exported(mux *http.ServeMux) {
	mux.HandleFunc("GET /works/{id}/"+fileRSL, s.workRSL)
	mux.HandleFunc("GET /"+fileRSL, s.siteFile(fileRSL, typeRSL))
	mux.HandleFunc("GET /"+fileRobots, s.siteFile(fileRobots, typeText))
	mux.HandleFunc("GET /.well-known/"+fileTDMRep, s.siteFile(fileTDMRep, typeJSON))
	for _, policy := range publish.PolicyFiles() {
		mux.HandleFunc("GET /.well-known/"+policy, s.siteFile(policy, typeJSON))
	}
}

// siteFile serves a file about the site's works.
func (s *Site) siteFile(name, contentType string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.Address == "" {
			http.Error(w, "the operator has not said the address of this site, which such files name", http.StatusNotFound)
			return
		}
		after := ""
		if name == fileRSL {
			after = r.URL.Query().Get("after")
		}
		made, err := s.siteRights(r.Context(), after)
		if err != nil {
			s.exportFailed(w, r, err)
			return
		}
		if name == fileRSL && made.next != "" {
			w.Header().Set("Link", "<"+s.Address+"/"+fileRSL+"?after="+url.QueryEscape(made.next)+`>; rel="next"; type="application/rsl+xml"`)
		}
		serveExport(w, r, made, name, contentType)
	}
}

// workRSL serves the RSL file of one work.
func (s *Site) workRSL(w http.ResponseWriter, r *http.Request) {
	id, err := registrytypes.ParseWorkID(r.PathValue("id"))
	switch {
	case s.Address == "":
		http.Error(w, "the operator has not said the address of this site, which such files name", http.StatusNotFound)
		return
	case err != nil:
		http.Error(w, "this is not the id of a work", http.StatusBadRequest)
		return
	case s.Denied(id.String()):
		http.Error(w, "the operator does not show this work", http.StatusUnavailableForLegalReasons)
		return
	}
	made, err := s.workRights(r.Context(), id, nil)
	if err != nil {
		s.exportFailed(w, r, err)
		return
	}
	serveExport(w, r, made, fileRSL, typeRSL)
}

// Media types of the files.
const (
	typeRSL  = "application/rsl+xml"
	typeText = "text/plain; charset=utf-8"
	typeJSON = "application/json"
)

func (s *Site) exportFailed(w http.ResponseWriter, r *http.Request, err error) {
	if status.Code(err) == codes.NotFound {
		http.Error(w, "there is no such work", http.StatusNotFound)
		return
	}
	code, said := s.refuse(r, err)
	http.Error(w, said.Error.Message, code)
}

// rights adds to a work's page what it is offered under, for programs: as headers and as JSON-LD, which browsers run as
// little as any data. A page does without where the node does not tell.
func (a *asking) rights(ctx context.Context) {
	made, err := a.site.workRights(ctx, a.Work.Id, &a.Portrait)
	if err != nil {
		a.site.Log.Warn("rights of a work for programs", "work", a.Work.Id.String(), "error", err)
		return
	}
	a.page.usage = made.usage
	if text := made.files[fileJSONLD].text; len(text) <= maxJSONLD {
		a.page.JSONLD = template.JS(text) //nolint:gosec // JSON, in which package publish escapes what could end the element
	}
}

// head writes the headers of a work's page that say what it is offered under.
func (a *asking) head() {
	h := a.w.Header()
	if a.page.usage != "" {
		h.Set("Content-Usage", a.page.usage)
	}
	if a.site.Address != "" {
		h.Set("Link", "<"+a.site.Address+rslOf(a.Work.Id)+`>; rel="license"; type="application/rsl+xml"`)
	}
}
