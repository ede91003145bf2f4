using System.Net;
using System.Net.Sockets;
using Maas.Boot.Dns;
using Maas.Judges;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Boot.Tests.Dns;

public sealed class DnsServerTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly UdpClient _resolver = new(new IPEndPoint(IPAddress.Loopback, 0));
    private IPEndPoint _server = new(IPAddress.Loopback, 0);
    private Task _run = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        var options = Queries.Options();
        options.Forwarders.Add((IPEndPoint)_resolver.Client.LocalEndPoint!);
        options.TransferTo.Add(IPNetwork.Parse("127.0.0.0/8"));
        var server = new DnsServer(options, new BootServices { Hosts = new Queries.Directory() });
        _run = server.RunAsync(_stop.Token);
        _server = (await server.Listening)[0];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.ContinueWith(_ => { }, TaskScheduler.Default);
        _resolver.Dispose();
        _stop.Dispose();
    }

    [Theory]
    [InlineData("node-1.maas", "A", "10.0.0.5")]
    [InlineData("5.0/25.2.0.192.in-addr.arpa", "PTR", "node-1.maas.")]
    [InlineData("maas", "NS", "ns.maas.")]
    public async Task Dig_understands_our_answers(string name, string type, string answer)
    {
        var dig = Judge.Require("dig", "bind9-dnsutils");
        foreach (var transport in new[] { "+notcp", "+tcp" })
        {
            var verdict = await Judge.RunAsync(dig, ["@127.0.0.1", "-p", $"{_server.Port}", transport, "+short", "+tries=1", name, type]);
            verdict.Approved().Output.Should().Contain(answer);
        }
    }

    [Fact]
    public async Task Dig_fetches_the_whole_zone_and_finds_nothing_wrong()
    {
        var dig = Judge.Require("dig", "bind9-dnsutils");
        var verdict = await Judge.RunAsync(dig, ["@127.0.0.1", "-p", $"{_server.Port}", "+tries=1", "maas", "AXFR"]);
        verdict.Approved().Output.Should().Contain("XFR size: 6 records").And.NotContain("WARNING").And.NotContain("malformed");
    }

    [Fact]
    public async Task A_question_for_another_name_is_forwarded_with_an_id_of_its_own_and_kept()
    {
        using var client = new UdpClient();
        client.Connect(_server);
        await client.SendAsync(Queries.Bytes("example.org", 1, id: 1));
        var asked = await _resolver.ReceiveAsync(_stop.Token);
        // A forged answer with a wrong id comes first, and is not believed.
        var forged = Queries.Answer(asked.Buffer, 60);
        forged[0] ^= 0xff;
        forged[^1] = 66;
        await _resolver.SendAsync(forged, asked.RemoteEndPoint);
        await _resolver.SendAsync(Queries.Answer(asked.Buffer, 60), asked.RemoteEndPoint);
        var first = await client.ReceiveAsync(_stop.Token);
        first.Buffer[..2].Should().Equal([0, 1]);
        first.Buffer[^1].Should().Be(7);

        await client.SendAsync(Queries.Bytes("EXAMPLE.org", 1, id: 2));
        var second = await client.ReceiveAsync(_stop.Token);
        second.Buffer[..2].Should().Equal([0, 2]);
        second.Buffer.AsSpan(13, 7).ToArray().Should().Equal("EXAMPLE"u8.ToArray(), "the client's spelling is its nonce");
        _resolver.Available.Should().Be(0, "the second answer was kept from the first");
    }

    [Fact]
    public void A_kept_answer_counts_its_lifetime_down_and_ends()
    {
        var time = new FakeTimeProvider();
        var cache = new DnsCache(capacity: 10, time);
        var message = Queries.Bytes("example.org", 1);
        var query = Queries.Parse(message);
        cache.Add(query, message, Queries.Answer(message, seconds: 60));
        time.Advance(TimeSpan.FromSeconds(20));
        var answer = cache.Find(query, message)!;
        DnsResponseLifetime.Of(answer)!.Seconds.Should().Be(40);
        time.Advance(TimeSpan.FromSeconds(40));
        cache.Find(query, message).Should().BeNull();
    }

    [Fact]
    public void A_cache_holds_no_more_than_it_may()
    {
        var cache = new DnsCache(capacity: 2, new FakeTimeProvider());
        var messages = Enumerable.Range(0, 3).Select(i => Queries.Bytes($"host-{i}.example.org", 1)).ToArray();
        foreach (var message in messages) cache.Add(Queries.Parse(message), message, Queries.Answer(message, 60));
        messages.Select(message => cache.Find(Queries.Parse(message), message) is not null).Should().Equal(false, true, true);
    }

    [Theory]
    [InlineData((ushort)0, 512)]
    [InlineData((ushort)600, 600)]
    [InlineData((ushort)4096, 1232)]
    public async Task A_forwarded_or_kept_answer_that_is_larger_than_the_client_accepts_is_truncated(ushort ednsSize, int limit)
    {
        using var client = new UdpClient();
        client.Connect(_server);
        for (var attempt = 0; attempt < 2; attempt++)
        {
            await client.SendAsync(Queries.Bytes("large.example.org", 1, ednsSize: ednsSize));
            if (attempt == 0)
            {
                var asked = await _resolver.ReceiveAsync(_stop.Token);
                await _resolver.SendAsync(Queries.Answer(asked.Buffer, seconds: 60, records: 120), asked.RemoteEndPoint);
            }

            var received = (await client.ReceiveAsync(_stop.Token)).Buffer;
            received.Length.Should().BeLessThanOrEqualTo(limit);
            var response = Response.Read(received);
            (response.IsTruncated, response.Answers.Count, response.Code).Should().Be((true, 0, 0), "the client repeats it over TCP");
        }

        _resolver.Available.Should().Be(0, "the whole answer was kept");
    }

    [Fact]
    public async Task A_forwarded_lifetime_with_the_top_bit_set_is_zero()
    {
        using var client = new UdpClient();
        client.Connect(_server);
        await client.SendAsync(Queries.Bytes("example.org", 1));
        var asked = await _resolver.ReceiveAsync(_stop.Token);
        await _resolver.SendAsync(Queries.Answer(asked.Buffer, uint.MaxValue), asked.RemoteEndPoint);
        Response.Read((await client.ReceiveAsync(_stop.Token)).Buffer).Answers.Should().ContainSingle().Which.TimeToLive.Should().Be(
            0, "RFC 2181 section 8");
    }

    [Fact]
    public async Task Idle_connections_of_one_client_or_of_many_keep_nobody_out()
    {
        List<TcpClient> idle = [];
        try
        {
            for (var i = 0; i < 300; i++) idle.Add(await ConnectAsync($"127.0.0.{2 + (i % 40)}"));
            using var newcomer = await ConnectAsync("127.0.0.2");
            (await AskAsync(newcomer, Queries.Bytes("node-1.maas", 1))).Answers.Should().HaveCount(2);
        }
        finally
        {
            foreach (var client in idle) client.Dispose();
        }
    }

    [Theory]
    [InlineData("0.0.0.0", "127.0.0.3")]
    [InlineData("::", "127.0.0.3")]
    [InlineData("::", "::1")]
    public async Task A_response_leaves_from_the_address_that_was_asked(string listen, string asked)
    {
        var options = Queries.Options();
        options.Listen = new IPEndPoint(IPAddress.Parse(listen), 0);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var server = new DnsServer(options, new BootServices { Hosts = new Queries.Directory() });
        var run = server.RunAsync(stop.Token);
        using var client = new UdpClient(IPAddress.Parse(asked).AddressFamily);
        client.Connect(new IPEndPoint(IPAddress.Parse(asked), (await server.Listening)[0].Port)); // hears this address alone
        await client.SendAsync(Queries.Bytes("node-1.maas", 1));
        Response.Read((await client.ReceiveAsync(_stop.Token).AsTask().WaitAsync(TimeSpan.FromSeconds(20))).Buffer).Answers.Should()
            .HaveCount(2);
        await stop.CancelAsync();
        await run;
    }

    private async Task<TcpClient> ConnectAsync(string from = "127.0.0.1")
    {
        var client = new TcpClient(new IPEndPoint(IPAddress.Parse(from), 0));
        await client.ConnectAsync(_server, _stop.Token);
        return client;
    }

    private async Task<Response> AskAsync(TcpClient client, byte[] message)
    {
        await DnsTcpFraming.WriteAsync(client.GetStream(), message, _stop.Token);
        return Response.Read((await DnsTcpFraming.ReadAsync(client.GetStream(), _stop.Token))!); // it answered
    }
}
