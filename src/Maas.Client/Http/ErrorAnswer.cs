using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Maas.Client.Http;

/// <summary>Makes the exception for an answer that is an error.</summary>
internal static class ErrorAnswer
{
    private const int LongestText = 64 << 10;
    private const int LongestMessage = 500;
    private const int LongestCode = 64;

    public static async Task<MaasApiException> ReadAsync(
        MaasRequest request,
        HttpResponseMessage response,
        TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        var text = await ReadTextAsync(response.Content, cancellationToken).ConfigureAwait(false);
        var errors = response.Content.Headers.ContentType?.MediaType == "application/json" ? FieldsOf(text) : [];
        var said = errors.Count > 0 ? string.Join("; ", errors.Select(error => $"{error.Key}: {string.Join(' ', error.Value)}")) : text;
        if ((int)response.StatusCode is >= 300 and < 400)
            said = $"the server redirects to {response.Headers.Location}; redirects are not followed, because the request has credentials";
        return new MaasApiException(
            string.Create(
                CultureInfo.InvariantCulture, $"{request}: {(int)response.StatusCode} {response.StatusCode}: {OneLine(said)}"),
            response.StatusCode,
            text)
        {
            Errors = errors,
            ErrorCode = response.Headers.TryGetValues("X-MAAS-Error", out var codes) ? OneLine(codes.First(), LongestCode) : null,
            RetryAfter = RetryAfterOf(response, timeProvider),
        };
    }

    /// <summary>Text of a server for one line of a log.</summary>
    public static string OneLine(string text, int longest = LongestMessage)
    {
        var line = new StringBuilder();
        foreach (var letter in text.AsSpan(0, Math.Min(text.Length, longest))) line.Append(char.IsControl(letter) ? ' ' : letter);
        return text.Length > longest ? line.Append('…').ToString() : line.ToString().Trim();
    }

    private static TimeSpan? RetryAfterOf(HttpResponseMessage response, TimeProvider timeProvider)
    {
        var after = response.Headers.RetryAfter;
        var wait = after?.Delta ?? after?.Date - timeProvider.GetUtcNow();
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private static async Task<string> ReadTextAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var body = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var bytes = new byte[LongestText];
        var length = await body.ReadAtLeastAsync(bytes, LongestText, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static Dictionary<string, IReadOnlyList<string>> FieldsOf(string text)
    {
        var errors = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind != JsonValueKind.Object) return errors;
            foreach (var field in json.RootElement.EnumerateObject())
                errors[field.Name] = field.Value.ValueKind == JsonValueKind.Array
                    ? [.. field.Value.EnumerateArray().Select(TextOf)]
                    : [TextOf(field.Value)];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            errors.Clear(); // the text is there
        }

        return errors;
    }

    private static string TextOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : value.GetRawText();
}
