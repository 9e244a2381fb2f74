package asset

// MetadataRanges tells where a JPEG, PNG or RIFF file has metadata that a hash may leave out, such as Exif and XMP (C2PA 2.2,
// 9.2.5), without the headers that say what it is; and where a PDF has its signatures, which are made after the manifest
// (A.4.2.2). Ranges ascend. For other formats, and where reading fails, there are none.
func (f *File) MetadataRanges() []Range {
	var all []Range
	switch f.format {
	case JPEG:
		_, err := walkJPEG(f.in, 0, func(s segment) error {
			if s.marker == 0xE1 || s.marker == 0xED || s.marker == 0xFE { // Exif and XMP, IPTC, a comment
				all = append(all, Range{s.at.Start + 4, s.at.Length - 4})
			}
			return nil
		})
		if err != nil {
			return nil
		}
	case PNG:
		err := walkPNG(f.in, func(chunk box) error {
			switch chunk.name {
			case "eXIf", "iTXt", "tEXt", "zTXt", "tIME":
				all = append(all, Range{chunk.at.Start + 8, chunk.at.Length - 8})
			}
			return nil
		})
		if err != nil {
			return nil
		}
	case RIFF:
		err := walkRIFF(f.in, func(c riffChunk) error {
			if c.id == "EXIF" || c.id == "XMP " || c.id == "LIST" && c.list == "INFO" {
				all = append(all, Range{c.at.Start + 8, c.size})
			}
			return nil
		})
		if err != nil {
			return nil
		}
	case PDF:
		p, err := openPDF(f.in)
		if err != nil {
			return nil
		}
		return p.signatures()
	}
	return all
}

// signatures are the gaps in what a PDF's signatures sign: each is the signature itself (ISO 32000-2, 12.8.1).
func (p *pdf) signatures() []Range {
	look := func(object any) pdfDict {
		found, _, err := p.resolve(object, 0)
		if err != nil {
			return nil
		}
		dict, _ := found.(pdfDict)
		return dict
	}
	form := look(look(p.root(0))["AcroForm"])
	fields, _, err := p.resolve(form["Fields"], 0)
	if err != nil {
		return nil
	}
	list, _ := fields.(pdfArray)
	var all []Range
	for _, one := range list[:min(len(list), maxPDFFiles)] {
		signed, _ := look(look(one)["V"])["ByteRange"].(pdfArray)
		if len(signed) != 4 {
			continue
		}
		start, is := signed[1].(int64)
		end, also := signed[2].(int64)
		if signed[0] == int64(0) && is && also && start >= 0 && end > start && end <= p.in.size {
			all = append(all, Range{start, end - start})
		}
	}
	return joined(all)
}
