//! What every public function asks of a request before it looks at it: did it come through the front, and from where.
