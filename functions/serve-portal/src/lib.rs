//! Lambda function serve-portal: the only public door.
