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
        /// The gate or staff held it.
        StudyHeld = "study-held",
        /// It is shown again after a hold or a recall.
        StudyShown = "study-shown",
        /// Staff recalled it.
        StudyRecalled = "study-recalled",
        /// It was erased: retention ended, or the patient asked for it.
        StudyErased = "study-erased",
        /// A release was taken back (quantity -1), or booked anew after its order changed (quantity 1).
        ReleaseCorrected = "release-corrected",
        /// The order of a released study changed in a fact that finance counts by.
        OrderCorrected = "order-corrected",
        /// A film was not printed because the images were delivered.
        FilmAvoided = "film-avoided",
        /// A film was printed anyway, as the order says.
        FilmPrinted = "film-printed",
        /// A slip with QR code was made.
        SlipMade = "slip-made",
        /// A message was handed to its channel's provider; quantity: parts of an SMS, else messages.
        MessageSent = "message-sent",
        /// The same for an SMS, in older ledgers.
        SmsSent = "sms-sent",
        /// The same for an email, in older ledgers.
        EmailSent = "email-sent",
        /// The provider says that it arrived.
        MessageDelivered = "message-delivered",
        /// It did not arrive: refused, bounced, unreachable.
        MessageFailed = "message-failed",
        /// Somebody gave the right answer to a link.
        LinkOpened = "link-opened",
        /// A session opened the study for the first time.
        StudyOpened = "study-opened",
        /// The first image was on screen in a session.
        FirstImage = "first-image",
        /// Files were downloaded.
        Download = "download",
        /// Software opened the study with a viewer token, or took its files: `storage_class` says which.
        ServedToSoftware = "served-to-software",
        /// The patient shared the study.
        ShareCreated = "share-created",
        /// Somebody with a share saved marks in the study.
        MarksSaved = "marks-saved",
        /// The study was opened for a consultation.
        ConsultationStarted = "consultation-started",
        /// A member of a consultation signed an opinion.
        OpinionSigned = "opinion-signed",
        /// A member of a consultation signed a version of its minutes.
        MinutesSigned = "minutes-signed",
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
    /// Who pays, if the order says so. Never the card.
    Payer {
        /// The visit names an insurance card.
        Insured = "insured",
        /// The visit names no card.
        SelfPay = "self",
        /// The order says nothing about the visit, or there is no order.
        Unknown = "unknown",
    }
);

words!(
    /// What kind of bytes.
    StorageClass {
        /// As the hospital uploaded them.
        Original = "original",
        /// What was made from them.
        Derived = "derived",
    }
);
