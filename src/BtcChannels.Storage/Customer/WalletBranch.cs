namespace BtcChannels.Storage;

/// <summary>How far the addresses of one of a wallet's chains are used.</summary>
/// <param name="Purpose">The account's kind.</param>
/// <param name="Chain"><see cref="AddressPath.Receiving"/> or <see cref="AddressPath.Change"/>.</param>
/// <param name="Next">No address from here on was given out.</param>
/// <param name="Shown">The address that payers are shown, and that nothing was seen on yet; null for none.</param>
/// <param name="Used">Nothing was ever seen on an address from here on.</param>
public sealed record WalletBranch(WalletPurpose Purpose, uint Chain, uint Next, uint? Shown, uint Used);
