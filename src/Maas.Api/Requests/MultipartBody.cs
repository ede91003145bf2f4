using System.Buffers.Text;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace Maas.Api.Requests;

/// <summary>
/// Reads <c>multipart/form-data</c> (RFC 7578) as MAAS's clients send it. ASP.NET Core's reader is no use here: it hands out
/// base64 parts undecoded (the <c>maas</c> command and libmaas encode every part) and throws on the empty body libmaas sends
/// with each DELETE (<c>--B CRLF CRLF --B--</c>).
/// </summary>
/// <remarks>
/// <code>
/// [preamble]  --boundary [blanks] CRLF
/// header CRLF … CRLF CRLF content
/// CRLF --boundary [blanks] CRLF  …  CRLF --boundary-- [epilogue]
/// </code>
/// </remarks>
internal static class MultipartBody
{
    private const int MaximumParts = 10_000;
    private const int MaximumHeaderBytes = 8 * 1024;

    public static FormParse Parse(ReadOnlyMemory<byte> body, string boundary)
    {
        if (boundary.Length is 0 or > 200) return new FormParse.Malformed("The multipart boundary is missing or too long.");
        var delimiter = Encoding.Latin1.GetBytes("--" + boundary);
        var lineAndDelimiter = Encoding.Latin1.GetBytes("\r\n--" + boundary);

        if (!TryFindFirstDelimiter(body.Span, delimiter, out var position))
            return new FormParse.Malformed("The multipart boundary does not occur in the body.");

        List<KeyValuePair<string, string>> fields = [];
        List<FormFile> files = [];
        for (var parts = 0; parts <= MaximumParts; parts++)
        {
            position += delimiter.Length;
            var rest = body.Span[position..];
            if (rest.StartsWith("--"u8)) return new FormParse.Read(new RequestForm(fields, files));

            var lineEnd = rest.IndexOf("\r\n"u8);
            if (lineEnd < 0) return Truncated;
            if (rest[..lineEnd].ContainsAnyExcept((byte)' ', (byte)'\t'))
                return new FormParse.Malformed("A multipart delimiter is followed by other text.");

            // The line break that ends the delimiter may also begin the next one: that is the empty body.
            var length = rest[lineEnd..].IndexOf(lineAndDelimiter);
            if (length < 0) return Truncated;
            if (length > 0 && AddPart(body.Slice(position + lineEnd + 2, length - 2), fields, files) is { } refusal) return refusal;
            position += lineEnd + length + 2;
        }

        return new FormParse.Malformed($"A multipart body may have {MaximumParts} parts.");
    }

    private static FormParse Truncated => new FormParse.Malformed("The multipart body ends before its closing boundary.");

    private static bool TryFindFirstDelimiter(ReadOnlySpan<byte> body, ReadOnlySpan<byte> delimiter, out int position)
    {
        position = 0;
        while (true)
        {
            var found = body[position..].IndexOf(delimiter);
            if (found < 0) return false;
            position += found;
            if (position == 0 || body[position - 1] == '\n') return true;
            position += delimiter.Length;
        }
    }

    private static FormParse.Malformed? AddPart(ReadOnlyMemory<byte> part, List<KeyValuePair<string, string>> fields, List<FormFile> files)
    {
        var span = part.Span;
        var headerEnd = span.StartsWith("\r\n"u8) ? 0 : span.IndexOf("\r\n\r\n"u8);
        if (headerEnd <= 0) return null; // no headers, hence no name: nothing to keep
        if (headerEnd > MaximumHeaderBytes) return new FormParse.Malformed("The headers of a multipart part are too long.");

        if (!TryReadHeaders(Encoding.UTF8.GetString(span[..headerEnd]), out var disposition, out var encoding)) return null;
        var name = HeaderUtilities.UnescapeAsQuotedString(disposition.Name).ToString();
        if (!TryDecode(part[(headerEnd + 4)..], encoding, out var content))
            return new FormParse.Malformed($"The part '{name}' is not valid {encoding}.");

        var fileName =
            HeaderUtilities.UnescapeAsQuotedString(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName);
        if (fileName.HasValue) files.Add(new FormFile(name, fileName.ToString(), content));
        else fields.Add(new(name, Encoding.UTF8.GetString(content.Span)));
        return null;
    }

    private static bool TryReadHeaders(
        string headers,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ContentDispositionHeaderValue? disposition,
        out string encoding)
    {
        disposition = null;
        encoding = "binary";
        foreach (var line in headers.Split("\r\n"))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0) continue;
            var value = line[(colon + 1)..].Trim();
            if (line.AsSpan(0, colon).Trim().Equals("Content-Disposition", StringComparison.OrdinalIgnoreCase))
                _ = ContentDispositionHeaderValue.TryParse(value, out disposition);
            else if (line.AsSpan(0, colon).Trim().Equals("Content-Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
                encoding = value.ToLowerInvariant();
        }

        return disposition is { Name.HasValue: true };
    }

    private static bool TryDecode(ReadOnlyMemory<byte> content, string encoding, out ReadOnlyMemory<byte> decoded)
    {
        decoded = content;
        switch (encoding)
        {
            case "binary" or "8bit" or "7bit":
                return true;
            case "base64":
                // White space (the line breaks of MIME) is skipped by the decoder.
                var buffer = new byte[Base64.GetMaxDecodedFromUtf8Length(content.Length)];
                if (Base64.DecodeFromUtf8(content.Span, buffer, out _, out var written) != System.Buffers.OperationStatus.Done)
                    return false;
                decoded = buffer.AsMemory(0, written);
                return true;
            default:
                return false;
        }
    }
}
