using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Maas.Boot.Dhcp4.Server;

namespace Maas.Hosting.Tests.Hostile;

/// <summary>
/// CVE-2023-40547 was a shim that trusted an HTTP server's headers: it made room for as much as Content-Length said and copied as much as
/// came. Whatever is asked, as many octets
/// come as the one Content-Length says; seen on the socket, since HTTP clients hide it.
/// </summary>
public class HttpResponseLengthTests
{
    private const int FileLength = 1_000_000;

    [Theory]
    [InlineData("GET", "kernel", null, 200, FileLength)]
    [InlineData("HEAD", "kernel", null, 200, FileLength)]
    [InlineData("GET", "kernel", "bytes=0-0", 206, 1)]
    [InlineData("GET", "kernel", "bytes=999999-", 206, 1)]
    [InlineData("GET", "kernel", "bytes=-10", 206, 10)]
    [InlineData("GET", "kernel", "bytes=5-2000000", 206, FileLength - 5)]
    [InlineData("HEAD", "kernel", "bytes=5-9", 200, FileLength)] // a range is for GET alone (RFC 9110 section 14.2)
    [InlineData("GET", "kernel", "bytes=1000000-", 416, 0)]
    [InlineData("GET", "kernel", "bytes=0-4,10-14", null, null)]
    [InlineData("GET", "kernel", "bytes=-99999999999999999999", null, null)]
    [InlineData("GET", "ipxe/52-54-00-12-34-56", null, 200, null)]
    [InlineData("HEAD", "ipxe/52-54-00-12-34-56", null, 200, null)]
    [InlineData("GET", "nothing", null, 404, null)]
    [InlineData("GET", "a:b", null, 400, null)]
    public async Task As_many_octets_come_as_the_header_says(string method, string name, string? range, int? status, int? length)
    {
        await using var server = await ComposedServer.StartAsync(DhcpMode.Full);
        using var client = new TcpClient();
        await client.ConnectAsync(server.Base.Host, server.Base.Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"{method} {server.Base.AbsolutePath}boot/{name} HTTP/1.1\r\nHost: {server.Base.Authority}\r\nConnection: close\r\n" +
                (range is null ? "" : $"Range: {range}\r\n") + "\r\n"),
            TestContext.Current.CancellationToken);
        var answer = new MemoryStream();
        await stream.CopyToAsync(answer, TestContext.Current.CancellationToken);
        var octets = answer.ToArray();
        var end = octets.AsSpan().IndexOf("\r\n\r\n"u8);
        var headers = Encoding.ASCII.GetString(octets, 0, end).Split("\r\n");
        var body = octets.Length - end - 4;

        if (status is not null) headers[0].Should().StartWith($"HTTP/1.1 {status} ");
        var told = headers.Where(h => h.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            .Select(h => int.Parse(h.AsSpan(15), CultureInfo.InvariantCulture)).ToList();
        if (headers.Contains("Transfer-Encoding: chunked", StringComparer.OrdinalIgnoreCase))
        {
            told.Should().BeEmpty("one way to tell the length is enough");
            headers[0].Should().NotContain(" 20", "what boots has a length");
            return;
        }

        told.Should().ContainSingle();
        if (length is not null) told[0].Should().Be(length);
        body.Should().Be(method == "HEAD" ? 0 : told[0]);
    }
}
