//! How sets of words are declared.

/// Declares a set of words in both languages.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($field:ident: $vi:literal, $en:literal;)+ }) => {
        $(#[$about])*
        pub(crate) struct $name {
            $(pub(crate) $field: &'static str,)+
        }

        impl $name {
            /// The words of a language.
            pub(crate) const fn of(language: filmless_domain::Language) -> &'static Self {
                const VI: $name = $name { $($field: $vi,)+ };
                const EN: $name = $name { $($field: $en,)+ };
                match language {
                    filmless_domain::Language::Vi => &VI,
                    filmless_domain::Language::En => &EN,
                }
            }
        }
    };
}

pub(in crate::texts) use words;
