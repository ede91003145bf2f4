using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Maas.Conformance;

/// <summary>What the server answered, as bytes.</summary>
public sealed record Answer(string Request, int Status, byte[] Body, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders)
{
    private const int ShownText = 300;

    /// <summary>The body as text.</summary>
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The header as it is on the wire; null for none.</summary>
    public string? ContentType => ContentHeaders.NonValidated.TryGetValues("Content-Type", out var values) ? values.ToString() : null;

    /// <summary>The body as JSON.</summary>
    public JsonElement Json
    {
        get
        {
            try
            {
                return JsonElement.Parse(Body);
            }
            catch (JsonException exception)
            {
                throw new ConformanceException($"{Request}: the answer is not JSON ({exception.Message}): {Shown}");
            }
        }
    }

    private string Shown => Text.Length > ShownText ? Text[..ShownText] + "…" : Text;

    /// <summary>Fails unless the answer has one of these statuses.</summary>
    public Answer Expect(params int[] statuses) => statuses.Contains(Status)
        ? this
        : throw new ConformanceException(
            string.Create(CultureInfo.InvariantCulture, $"{Request}: {Status} instead of {string.Join(" or ", statuses)}: {Shown}"));

    /// <summary>Fails unless the answer is 400 as a form's JSON with this field, and the words in it.</summary>
    public Answer ExpectFieldError(string field, string words = "")
    {
        Expect(400);
        ExpectType("application/json");
        var messages = Json.Member(field);
        Check.That(messages.ValueKind == JsonValueKind.Array, $"{Request}: the errors of {field} are a list: {Shown}");
        Check.That(
            messages.ToString().Contains(words, StringComparison.OrdinalIgnoreCase),
            $"{Request}: '{words}' is in the errors of {field}: {Shown}");
        return this;
    }

    /// <summary>Fails unless the answer is this status with plain text that has the words.</summary>
    public Answer ExpectText(int status, string words)
    {
        Expect(status);
        ExpectType("text/plain");
        Check.That(Text.Contains(words, StringComparison.Ordinal), $"{Request}: '{words}' is in the text: {Shown}");
        return this;
    }

    private void ExpectType(string type) =>
        Check.That(ContentType?.StartsWith(type, StringComparison.Ordinal) == true, $"{Request}: the type is {type}, not {ContentType}");
}
