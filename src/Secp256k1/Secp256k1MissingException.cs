namespace Secp256k1;

/// <summary>libsecp256k1 cannot be used on this machine; the message says what was tried and how to install it.</summary>
/// <remarks>Thrown by whatever needs the curve first, and again each time until the library can be loaded.</remarks>
public sealed class Secp256k1MissingException : Exception
{
    internal Secp256k1MissingException(string reason) : base(
        $"{reason} Install it (on Debian and Ubuntu the package libsecp256k1-N, such as libsecp256k1-1), or run regtest/get-bitcoind.sh, which " +
        $"fetches it without root, and set {Library.PathVariable} to the path of the library file.")
    {
    }
}
