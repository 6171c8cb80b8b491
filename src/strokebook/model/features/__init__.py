"""Numbers of a drawing's strokes, by which drawings are told apart, judged and chosen."""
