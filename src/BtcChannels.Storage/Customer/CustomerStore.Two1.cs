using Dapper;
using Microsoft.Data.Sqlite;
using NBitcoin;

namespace BtcChannels.Storage;

/// <summary>Tokens of two1 doors that are not known to be redeemed.</summary>
public sealed partial class CustomerStore
{
    /// <summary>A channel's, the newest first.</summary>
    /// <param name="keyIndex">The channel's.</param>
    /// <param name="most">No more than this many.</param>
    /// <param name="ct">Gives up.</param>
    public Task<IReadOnlyList<Two1Token>> TokensAsync(uint keyIndex, int most, CancellationToken ct) => _file.ReadAsync(
        IReadOnlyList<Two1Token> (db) => [.. Tokens(db, "key_index = @key ORDER BY number DESC LIMIT @most", new { key = (long)keyIndex, most })], ct);

    /// <summary>Those of a channel that were bought for a request, the oldest first.</summary>
    public Task<IReadOnlyList<Two1Token>> BoughtTokensAsync(uint keyIndex, CancellationToken ct) => _file.ReadAsync(
        IReadOnlyList<Two1Token> (db) => [.. Tokens(db, "key_index = @key AND address IS NOT NULL ORDER BY number", new { key = (long)keyIndex })], ct);

    /// <summary>A token is redeemed, or worth nothing any more.</summary>
    public Task ForgetTokenAsync(uint256 token, CancellationToken ct) =>
        _file.WriteAsync((db, tx) => db.Execute("DELETE FROM two1_token WHERE token = @token", new { token = token.ToString() }, tx), ct);

    private static IEnumerable<Two1Token> Tokens(SqliteConnection db, string which, object arguments) => db
        .Query<(string Token, long KeyIndex, long Amount, string? Method, string? Address)>($"SELECT token, key_index, amount, method, address FROM two1_token WHERE {which}", arguments)
        .Select(row => new Two1Token(
            uint256.Parse(row.Token), checked((uint)row.KeyIndex), Money.Satoshis(row.Amount), row is { Method: { } method, Address: { } address } ? new(method, address) : null));

    private static void Insert(SqliteConnection db, SqliteTransaction tx, Two1Token token) => db.Execute(
        "INSERT INTO two1_token (token, key_index, amount, method, address) VALUES (@token, @key, @amount, @method, @address)",
        new { token = token.Token.ToString(), key = (long)token.KeyIndex, amount = token.Amount.Satoshi, method = token.For?.Method, address = token.For?.Address }, tx);
}
