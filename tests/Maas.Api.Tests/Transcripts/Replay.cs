using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Judges;

namespace Maas.Api.Tests.Transcripts;

/// <summary>
/// Sends the requests of a transcript over a socket of their own each, and compares the answers with what the transcript says of them.
/// </summary>
internal sealed partial class Replay(ApiHost host, string consumer, string token, Secret secret)
{
    /// <summary>As a user.</summary>
    public Replay(ApiHost host, ApiKey key) : this(host, key.ConsumerKey, key.TokenKey, key.TokenSecret)
    {
    }

    /// <summary>As a machine.</summary>
    public Replay(ApiHost host, MachineToken token) : this(host, token.ConsumerKey, token.TokenKey, token.TokenSecret)
    {
    }

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>A value for a name in braces.</summary>
    public string this[string name]
    {
        set => _values[name] = value;
    }

    /// <summary>Replays one file; what it takes from answers is kept for the next.</summary>
    public async Task RunAsync(string file)
    {
        var exchanges = Exchange.Parse(await File.ReadAllLinesAsync(
            Repository.PathOf("tests/Maas.Api.Tests/Transcripts/" + file), ApiHost.Cancellation));
        exchanges.Should().NotBeEmpty();
        foreach (var exchange in exchanges)
        {
            var isOld = exchange.Request[0].EndsWith("HTTP/1.0\r\n", StringComparison.Ordinal);
            var answer = await SendAsync(RequestOf(exchange), isOld);
            foreach (var expected in exchange.Expectations) Compare(Filled(expected), answer, $"{file}: {exchange.Title}: {answer.Text}");
        }
    }

    private byte[] RequestOf(Exchange exchange)
    {
        _values["host"] = new Uri(host.Origin).Authority;
        _values["consumer"] = consumer;
        _values["token"] = token;
        _values["secret"] = secret.Reveal();
        _values["nonce"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        _values["time"] = host.Time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var end = Array.IndexOf(exchange.Request, "\r\n") + 1;
        var body = Filled(string.Concat(exchange.Request[end..]));
        _values["length"] = Encoding.UTF8.GetByteCount(body).ToString(CultureInfo.InvariantCulture);
        return Encoding.UTF8.GetBytes(Filled(string.Concat(exchange.Request[..end])) + body);
    }

    private string Filled(string text) =>
        Name().Replace(text, match => _values.GetValueOrDefault(match.Groups["name"].Value, match.Value));

    private async Task<Answer> SendAsync(byte[] request, bool isOld)
    {
        var address = new Uri(host.Origin);
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, ApiHost.Cancellation);
        var stream = client.GetStream();
        await stream.WriteAsync(request, ApiHost.Cancellation);
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, ApiHost.Cancellation);
        var answer = Answer.Parse(all.ToArray());
        if (isOld) answer.Headers.Should().NotContainKey("Transfer-Encoding", "HTTP/1.0 has no chunks");
        return answer;
    }

    private void Compare(string expected, Answer answer, string because)
    {
        var colon = expected.IndexOf(": ", StringComparison.Ordinal);
        var (what, value) = (expected[..colon], expected[(colon + 2)..]);
        var pair = value.Split(" = ", 2);
        switch (what)
        {
            case "status":
                answer.Status.ToString(CultureInfo.InvariantCulture).Should().Be(value, "{0}", because);
                break;
            case "type":
                answer.Headers["Content-Type"].Split(';')[0].Should().Be(value, "{0}", because);
                break;
            case "body":
                answer.Text.Should().Be(value, "{0}", because);
                break;
            case "contains":
                answer.Text.Should().Contain(value, "{0}", because);
                break;
            case "count":
                answer.Json.GetArrayLength().ToString(CultureInfo.InvariantCulture).Should().Be(value, "{0}", because);
                break;
            case "keys":
                answer.First.EnumerateObject().Select(each => each.Name).Should().Contain(value.Split(' '), "{0}", because);
                break;
            case "value":
                answer.First.GetProperty(pair[0]).ToString().Should().Be(pair[1], "{0}", because);
                break;
            case "take":
                _values[pair[0]] = answer.First.GetProperty(pair[1]).ToString();
                break;
            default:
                throw new InvalidDataException($"'{expected}' is no expectation.");
        }
    }

    [GeneratedRegex(@"\{(?<name>[a-z0-9]+)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();

    /// <summary>A request, and what its answer must be.</summary>
    private sealed record Exchange(string Title, string[] Request, string[] Expectations)
    {
        public static IReadOnlyList<Exchange> Parse(IEnumerable<string> lines)
        {
            List<Exchange> exchanges = [];
            foreach (var line in lines)
            {
                if (line.StartsWith("## ", StringComparison.Ordinal)) exchanges.Add(new Exchange(line[3..], [], []));
                if (line.Length == 0 || line[0] == '#') continue;
                var last = exchanges[^1];
                exchanges[^1] = line switch
                {
                    ">" => last with { Request = [.. last.Request, "\r\n"] },
                    ['>', ' ', .. var text] => last with { Request = [.. last.Request, text + "\r\n"] },
                    ['>', '.', ' ', .. var text] => last with { Request = [.. last.Request, text] },
                    ['$', ' ', .. var text] => last with { Request = OfGo(text.Split(' ', 3)) },
                    ['%', ' ', .. var text] => last with { Request = OfAnsible(text.Split(' ', 3)) },
                    ['<', ' ', .. var text] => last with { Expectations = [.. last.Expectations, text] },
                    _ => throw new InvalidDataException($"'{line}' is no line of a transcript."),
                };
            }

            return exchanges;
        }

        private const string Authorization = "Authorization: OAuth oauth_nonce=\"{nonce}\", oauth_signature=\"%26{secret}\", "
            + "oauth_consumer_key=\"{consumer}\", oauth_token=\"{token}\", realm=\"MAAS+API\", oauth_timestamp=\"{time}\", "
            + "oauth_signature_method=\"PLAINTEXT\", oauth_version=\"1.0\"\r\n";

        /// <summary>Method, path and form as gomaasclient sends them for Terraform.</summary>
        private static string[] OfGo(string[] parts) =>
        [
            $"{parts[0]} /MAAS/api/2.0/{parts[1]} HTTP/1.1\r\n", "Host: {host}\r\n", "User-Agent: Go-http-client/1.1\r\n",
            .. parts[0] is "GET" or "DELETE" ? [] : new[] { "Content-Length: {length}\r\n" },
            Authorization,
            .. parts[0] is "GET" or "DELETE" ? [] : new[] { "Content-Type: application/x-www-form-urlencoded\r\n" },
            "Accept-Encoding: gzip\r\n", "Connection: close\r\n", "\r\n", parts.Length > 2 ? parts[2] : "",
        ];

        /// <summary>Method, path and form as the Ansible collection sends them: multipart, and <c>--B--</c> for no field.</summary>
        private static string[] OfAnsible(string[] parts)
        {
            if (parts[0] is "GET" or "DELETE")
                return
                [
                    $"{parts[0]} /MAAS/api/2.0/{parts[1]} HTTP/1.1\r\n", "Host: {host}\r\n", "User-Agent: ansible-httpget\r\n",
                    "Accept: application/json\r\n", Authorization, "Connection: close\r\n", "\r\n", "",
                ];
            var fields = parts.Length > 2 ? parts[2].Split('&').Select(field => field.Split('=', 2)) : [];
            return
            [
                $"{parts[0]} /MAAS/api/2.0/{parts[1]} HTTP/1.1\r\n", "Host: {host}\r\n", "User-Agent: ansible-httpget\r\n",
                "Accept: application/json\r\n", Authorization, "Content-Type: multipart/form-data; boundary=\"B\"\r\n",
                "Content-Length: {length}\r\n", "Connection: close\r\n", "\r\n",
                .. fields.Select(field =>
                    $"--B\r\nContent-Disposition: form-data; name=\"{field[0]}\"\r\n\r\n{Uri.UnescapeDataString(field[1])}\r\n"),
                "--B--\r\n",
            ];
        }
    }

    /// <summary>An answer as it came.</summary>
    private sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
    {
        public string Text => Encoding.UTF8.GetString(Body);

        public JsonElement Json
        {
            get
            {
                using var document = JsonDocument.Parse(Body);
                return document.RootElement.Clone();
            }
        }

        /// <summary>The object, or the first of a list.</summary>
        public JsonElement First => Json is { ValueKind: JsonValueKind.Array } list ? list[0] : Json;

        public static Answer Parse(byte[] bytes)
        {
            var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
            end.Should().BePositive("the server sends a head");
            var head = Encoding.ASCII.GetString(bytes, 0, end).Split("\r\n");
            var headers = head.Skip(1).Select(line => line.Split(": ", 2))
                .ToDictionary(pair => pair[0], pair => pair.Length > 1 ? pair[1] : "", StringComparer.OrdinalIgnoreCase);
            var body = bytes[(end + 4)..];
            if (headers.TryGetValue("Transfer-Encoding", out var encoding) && encoding == "chunked") body = Joined(body);
            return new Answer(int.Parse(head[0].Split(' ')[1], CultureInfo.InvariantCulture), headers, body);
        }

        /// <summary>The chunks of RFC 9112 section 7.1 as one.</summary>
        private static byte[] Joined(byte[] chunks)
        {
            List<byte> body = [];
            var left = chunks.AsSpan();
            while (true)
            {
                var line = left.IndexOf("\r\n"u8);
                var length = int.Parse(Encoding.ASCII.GetString(left[..line]), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                left = left[(line + 2)..];
                if (length == 0) return [.. body];
                body.AddRange(left[..length]);
                left = left[(length + 2)..];
            }
        }
    }
}
