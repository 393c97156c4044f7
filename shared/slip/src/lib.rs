//! What the patient holds in hand: QR code, slip PDF, SMS and email texts in Vietnamese and English.
