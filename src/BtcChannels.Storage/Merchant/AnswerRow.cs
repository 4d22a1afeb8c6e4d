using Dapper;

namespace BtcChannels.Storage;

/// <summary>A kept answer as its columns.</summary>
internal sealed record AnswerRow(byte[] Key, byte[] Request, long Status, string Head, byte[]? Body, long At)
{
    public static readonly ColumnList Columns = new("key", "request", "status", "head", "body", "at");

    /// <summary>Asks for one by <c>id</c> of the channel and <c>key</c>.</summary>
    public static readonly string Question = $"SELECT {Columns.Select} FROM answer WHERE payout_index = (SELECT payout_index FROM channel WHERE id = @id) AND key = @key";

    public static AnswerRow Of(KeptAnswer answer) => new(answer.Key.ToBytes(), answer.Request, answer.Status, answer.Head, answer.Body, answer.At);

    /// <summary>As arguments, with the channel's payout index as <c>channel</c>.</summary>
    public DynamicParameters With(uint payoutIndex)
    {
        var arguments = new DynamicParameters(this);
        arguments.Add("channel", (long)payoutIndex);
        return arguments;
    }

    public KeptAnswer ToAnswer(string path) => RowReading.Read(path, "an answer", () => new KeptAnswer(RequestKey.FromBytes(Key), Request, checked((int)Status), Head, Body, At));
}
