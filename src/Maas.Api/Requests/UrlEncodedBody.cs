using System.Net;
using System.Text;

namespace Maas.Api.Requests;

/// <summary>Reads <c>application/x-www-form-urlencoded</c>: <c>a=1&amp;b=two+words&amp;b=%c3%a9</c>. Every byte string is a form.</summary>
internal static class UrlEncodedBody
{
    private const int MaximumFields = 10_000;

    public static FormParse Parse(ReadOnlySpan<byte> body) => Parse(Encoding.UTF8.GetString(body));

    public static FormParse Parse(string text)
    {
        List<KeyValuePair<string, string>> fields = [];
        foreach (var range in text.AsSpan().Split('&'))
        {
            var pair = text.AsSpan(range).Trim("\r\n");
            if (pair.IsEmpty) continue;
            if (fields.Count == MaximumFields) return new FormParse.Malformed($"A form may have {MaximumFields} fields.");
            var equals = pair.IndexOf('=');
            fields.Add(equals < 0
                ? new(Decode(pair), "")
                : new(Decode(pair[..equals]), Decode(pair[(equals + 1)..])));
        }

        return new FormParse.Read(new RequestForm(fields, []));
    }

    private static string Decode(ReadOnlySpan<char> text) => WebUtility.UrlDecode(text.ToString());
}
