namespace NBitcoin;

/// <summary>A public key of either signature scheme.</summary>
public interface IPubKey;
