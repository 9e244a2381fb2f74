package asset

import (
	"fmt"
	"slices"
)

// maxPDFFiles is how many associated files of a PDF are looked at, in all its updates.
const maxPDFFiles = 1 << 12

// readPDF finds the manifest stores of a PDF: the associated files of its catalog that are C2PA_Manifest, of the first version of
// the file and of each update (C2PA 2.2, A.4.2).
func readPDF(in *window) (layout, error) {
	p, err := openPDF(in)
	if err != nil {
		return layout{}, err
	}
	var out layout
	var stores []Range
	left := maxPDFFiles
	for from := len(p.sections) - 1; from >= 0; from-- {
		found, err := p.stores(from, &left)
		if err := passed(err); err != nil {
			return layout{}, err
		}
		for _, one := range found {
			if !slices.Contains(stores, one) {
				stores = append(stores, one)
			}
		}
	}
	for i, one := range stores {
		head, err := in.upTo(one.Start, 40)
		if err != nil {
			return layout{}, err
		}
		if !isStore(head) {
			out.err = fmt.Errorf("%w: the file at %d that is said to be a manifest store is none", ErrMalformed, one.Start)
		}
		if i == 0 {
			out.payload = []Range{one}
			continue
		}
		out.more = append(out.more, []Range{one})
	}
	out.ranges = joined(stores)
	return out, nil
}

// root is the reference to the catalog that holds from a section on.
func (p *pdf) root(from int) any {
	for i := min(from, len(p.sections)-1); i >= 0; i-- {
		if root := p.sections[i].trailer["Root"]; root != nil {
			return root
		}
	}
	return nil
}

// stores are those of the file as it was with the sections from one on.
func (p *pdf) stores(from int, left *int) (found []Range, err error) {
	catalog, _, err := p.resolve(p.root(from), from)
	if err != nil {
		return nil, err
	}
	dict, _ := catalog.(pdfDict)
	files, _, err := p.resolve(dict["AF"], from)
	if err != nil {
		return nil, err
	}
	list, _ := files.(pdfArray)
	for _, one := range list {
		if *left--; *left < 0 {
			return found, errPDF
		}
		store, is, err := p.store(one, from)
		if err := passed(err); err != nil {
			return found, err
		}
		if is {
			found = append(found, store)
		}
	}
	return found, nil
}

// store is the content of an associated file that is a manifest store. It lies there as it is: no filter changes it.
func (p *pdf) store(file any, from int) (content Range, is bool, err error) {
	resolved, _, err := p.resolve(file, from)
	if err != nil {
		return content, false, err
	}
	specification, _ := resolved.(pdfDict)
	if specification["AFRelationship"] != pdfName("C2PA_Manifest") {
		return content, false, nil
	}
	embedded, _, err := p.resolve(specification["EF"], from)
	if err != nil {
		return content, false, err
	}
	streams, _ := embedded.(pdfDict)
	stream := streams["F"]
	if stream == nil {
		stream = streams["UF"]
	}
	object, content, err := p.resolve(stream, from)
	if err != nil {
		return content, false, err
	}
	dict, _ := object.(pdfDict)
	filter := dict["Filter"]
	if list, is := filter.(pdfArray); is {
		filter = nil
		if len(list) > 0 {
			filter = list[0]
		}
		if len(list) > 1 {
			filter = pdfName("several")
		}
	}
	plain := filter == nil || filter == pdfName("Crypt")
	return content, plain && content.Length > 0, nil
}
