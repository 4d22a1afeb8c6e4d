using System.Text.Json;
using System.Text.Json.Serialization;

namespace NBXplorer.Json;

/// <summary>A value that is a text in JSON.</summary>
internal sealed class TextConverter<T>(Func<string, T> read, Func<T, string> write) : JsonConverter<T>
{
    // Also what derives from it: which of them it is, the text says.
    public override bool CanConvert(Type typeToConvert) => typeof(T).IsAssignableFrom(typeToConvert);

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is not JsonTokenType.String) throw new JsonException($"A {typeof(T).Name} is a text");
        try
        {
            return read(reader.GetString()!);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or IOException or IndexOutOfRangeException)
        {
            throw new JsonException($"Not a {typeof(T).Name}: {e.Message}", e);
        }
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(write(value));
}
