//! The words of the ledger.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$about])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word in ledger, exports and queries.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }
    };
}

words!(
    /// What was done.
    UsageKind {
        /// Instances arrived; quantity: how many more than before.
        StudyReceived = "study-received",
        /// All series can be shown; quantity: images.
        StudyRendered = "study-rendered",
        /// Bytes were stored (or, below zero, deleted).
        BytesStored = "bytes-stored",
        /// The study was shown to its patient for the first time.
        StudyReleased = "study-released",
        /// The gate was shut, or staff held it.
        StudyHeld = "study-held",
        /// It is shown again after a hold or a recall.
        StudyShown = "study-shown",
        /// Staff took it back.
        StudyRecalled = "study-recalled",
        /// It was erased: retention ended, or its subject asked for it.
        StudyErased = "study-erased",
        /// A release was taken back (quantity -1), or is booked as its changed order has it (quantity 1).
        ReleaseCorrected = "release-corrected",
        /// The order of a released study changed what finance counts by.
        OrderCorrected = "order-corrected",
        /// A film was not printed because the images were delivered.
        FilmAvoided = "film-avoided",
        /// A film was printed all the same, as the order says.
        FilmPrinted = "film-printed",
        /// A slip with QR code was made.
        SlipMade = "slip-made",
        /// A message was handed to the provider of its channel; quantity: parts of an SMS, else messages.
        MessageSent = "message-sent",
        /// The same of an SMS, as ledgers of before say it.
        SmsSent = "sms-sent",
        /// The same of an email, as ledgers of before say it.
        EmailSent = "email-sent",
        /// The provider says that it arrived.
        MessageDelivered = "message-delivered",
        /// It did not arrive: refused, bounced, unreachable.
        MessageFailed = "message-failed",
        /// Somebody gave the right answer to a link.
        LinkOpened = "link-opened",
        /// A session opened the study for the first time.
        StudyOpened = "study-opened",
        /// The first image was on the screen of a session.
        FirstImage = "first-image",
        /// Files were fetched.
        Download = "download",
        /// Software opened the study with a viewer token, or took its files: `storage_class` says which.
        ServedToSoftware = "served-to-software",
        /// The patient shared the study.
        ShareCreated = "share-created",
        /// Bytes were offered to a browser.
        BytesServed = "bytes-served",
    }
);

words!(
    /// What the quantity counts.
    UsageUnit {
        /// DICOM instances.
        Instance = "instance",
        /// Images, i.e. frames.
        Image = "image",
        /// Bytes.
        Byte = "byte",
        /// Studies.
        Study = "study",
        /// Films.
        Film = "film",
        /// Slips.
        Slip = "slip",
        /// Parts of an SMS.
        Part = "part",
        /// Messages.
        Message = "message",
        /// Times.
        Time = "time",
    }
);

words!(
    /// Who pays, as far as the order tells. Never which card.
    Payer {
        /// The visit names an insurance card.
        Insured = "insured",
        /// The visit names none.
        SelfPay = "self",
        /// The order says nothing of the visit, or is not known.
        Unknown = "unknown",
    }
);

words!(
    /// Where bytes lie.
    StorageClass {
        /// As the hospital uploaded them.
        Original = "original",
        /// What was made of them.
        Derived = "derived",
    }
);
