using System.Globalization;
using System.Text.Json;

namespace Maas;

/// <summary>Reads values from JSON strings, for the converters of types that have one canonical text.</summary>
internal static class JsonText
{
    /// <summary>The value of the string or property name at hand.</summary>
    /// <exception cref="JsonException">It is no string, or not the text of such a value; the message says which form is
    /// expected.</exception>
    public static T Read<T>(ref Utf8JsonReader reader)
        where T : ISpanParsable<T>
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
            throw new JsonException($"A {typeof(T).Name} is a JSON string, not a {reader.TokenType}.");
        try
        {
            return T.Parse(reader.GetString(), CultureInfo.InvariantCulture);
        }
        catch (FormatException wrong)
        {
            throw new JsonException(wrong.Message, wrong);
        }
    }
}
