using System.Text.Json;
using System.Text.Json.Serialization;

namespace NBXplorer.Json;

/// <summary>A value that is a number in JSON.</summary>
internal sealed class NumberConverter<T>(Func<decimal, T> read, Func<T, decimal> write) : JsonConverter<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is not JsonTokenType.Number || !reader.TryGetDecimal(out var number)) throw new JsonException($"A {typeof(T).Name} is a number");
        try
        {
            return read(number);
        }
        catch (Exception e) when (e is OverflowException or ArgumentException)
        {
            throw new JsonException($"Not a {typeof(T).Name}: {number}", e);
        }
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteNumberValue(write(value));
}
