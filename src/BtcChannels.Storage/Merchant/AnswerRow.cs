namespace BtcChannels.Storage;

/// <summary>A kept answer as its columns.</summary>
internal sealed record AnswerRow(byte[] Key, byte[] Request, long Status, string Head, byte[]? Body, long At)
{
    private const int RequestLength = 32;

    public static readonly ColumnList Columns = new("key", "request", "status", "head", "body", "at");

    /// <summary>Asks for one by <c>id</c> of the channel and <c>key</c>.</summary>
    public static readonly string Question = $"SELECT {Columns.Select} FROM answer WHERE payout_index = (SELECT payout_index FROM channel WHERE id = @id) AND key = @key";

    public KeptAnswer ToAnswer(string path) => RowReading.Read(path, "an answer", () => new KeptAnswer(
        RequestKey.FromBytes(Key), Request.Length == RequestLength ? Request : throw new FormatException($"request has {Request.Length} bytes"), checked((int)Status), Head, Body, At));
}
