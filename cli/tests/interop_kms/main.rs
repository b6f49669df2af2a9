//! AWS's clients against `kms serve`, and every command against moto as AWS KMS. A peer that is
//! not there is a failure.

mod boto3;
mod cli;
#[path = "../home/mod.rs"]
mod home;
mod moto;
mod peer;
#[path = "../peers/mod.rs"]
mod peers;
#[path = "../served/mod.rs"]
mod served;
