using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;
using Maas.Boot.Files;
using Maas.Boot.Tftp;

namespace Maas.Boot.Tests.Tftp;

public class TftpServerTests
{
    private static readonly TimeSpan AWhile = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task A_transfer_has_a_port_of_its_own_and_is_reported()
    {
        await using var server = new ServerUnderTest();
        server.Add("file", 600);
        using var client = new RawClient(server.EndPoint);
        client.AskRead("file");
        (await client.ReceiveAsync()).Should().HaveCount(516).And.StartWith(new byte[] { 0, 3, 0, 1 });
        ((IPEndPoint)client.From).Port.Should().NotBe(server.EndPoint.Port);
        client.Acknowledge(1);
        (await client.ReceiveAsync()).Should().HaveCount(4 + 88).And.StartWith(new byte[] { 0, 3, 0, 2 });
        client.Acknowledge(2);
        var report = await server.EndedAsync();
        report.Should()
            .Match<BootObservation.FileTransfer>(
                r => r.Outcome == "completed" && r.Bytes == 600 && r.Name == "file" && r.Transport == "tftp");
        report.Detail.Should().Contain("blksize 512").And.Contain("windowsize 1");
        server.Asked.Should().ContainSingle().Which.Server.Should().Be(IPAddress.Loopback);
        server.ActiveTransfers.Should().Be(0);
    }

    [Fact]
    public async Task OVMF_asks_the_size_aborts_and_asks_again()
    {
        await using var server = new ServerUnderTest();
        server.Add("snponly.efi", 3000);
        using var client = new RawClient(server.EndPoint);
        client.AskRead("snponly.efi", "tsize\00\0blksize\01468\0windowsize\04\0");
        (await client.ReceiveTextAsync()).Should().Be("\0\u0006tsize\03000\0blksize\01468\0windowsize\04\0");
        client.Answer([0, 5, 0, 8, .. "User aborted the transfer"u8, 0]);
        (await server.EndedAsync()).Outcome.Should().Be("only the size was asked");

        using var again = new RawClient(server.EndPoint);
        again.AskRead("snponly.efi", "blksize\01468\0windowsize\04\0");
        (await again.ReceiveTextAsync()).Should().Be("\0\u0006blksize\01468\0windowsize\04\0");
        again.Acknowledge(0);
        for (var block = 1; block <= 3; block++) (await again.ReceiveAsync())[3].Should().Be((byte)block);
        again.Acknowledge(3);
        (await server.EndedAsync()).Outcome.Should().Be("completed");
    }

    [Fact]
    public async Task A_file_with_colons_in_its_name_is_served()
    {
        var directory = Directory.CreateTempSubdirectory("maas-colons-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(directory.FullName, "ipxe-52:54:00:12:34:56"), "its script");
            await using var server = new ServerUnderTest(files: new DirectoryBootFiles(directory.FullName));
            using var client = new RawClient(server.EndPoint);
            client.AskRead("/ipxe-52:54:00:12:34:56");
            (await client.ReceiveTextAsync()).Should().Be("\0\u0003\0\u0001its script");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("\0\u0001nothing\0octet\0", 1, "no such file: nothing")]
    [InlineData("\0\u0001../etc/passwd\0octet\0", 2, "leaves its directory")]
    [InlineData("\0\u0001file\0mail\0", 4, "neither octet nor netascii")]
    [InlineData("\0\u0001file", 4, "no mode")]
    [InlineData("\0\u0002file\0octet\0", 2, "read-only")]
    [InlineData("\0\u0002../../tmp/x\0octet\0", 2, "read-only")]
    public async Task A_refusal_says_its_reason(string request, int code, string reason)
    {
        await using var server = new ServerUnderTest();
        server.Add("file", 1);
        using var client = new RawClient(server.EndPoint);
        client.Ask(request);
        var error = await client.ReceiveTextAsync();
        error.Should().StartWith($"\0\u0005\0{(char)code}").And.Contain(reason).And.EndWith("\0");
        (await server.EndedAsync()).Should()
            .Match<BootObservation.FileTransfer>(r => r.Detail == "refused" && r.Outcome.Contains(reason) && r.Bytes == 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0")]
    [InlineData("\0\u0003\0\u0001data")]
    [InlineData("\0\u0004\0\u0001")]
    [InlineData("\0\u0005\0\u0001")]
    [InlineData("\0\u0009abc")]
    [InlineData("GET / HTTP/1.0\r\n\r\n")]
    public async Task What_is_no_request_is_not_answered_on_the_listening_port(string datagram)
    {
        await using var server = new ServerUnderTest();
        server.Add("file", 1);
        using var client = new RawClient(server.EndPoint);
        client.Ask(datagram);
        client.HearsNothing(AWhile).Should().BeTrue();
        client.AskRead("file");
        (await client.ReceiveAsync()).Should().HaveCount(5);
    }

    [Fact]
    public async Task A_datagram_larger_than_any_request_does_not_stop_the_server()
    {
        await using var server = new ServerUnderTest();
        server.Add("file", 1);
        using var client = new RawClient(server.EndPoint);
        client.Ask("\0\u0001" + new string('a', 60_000) + "\0octet\0");
        (await client.ReceiveTextAsync()).Should().StartWith("\0\u0005\0\u0004");
        client.AskRead("file");
        (await client.ReceiveAsync()).Should().HaveCount(5);
    }

    [Fact]
    public async Task A_request_sent_twice_is_one_transfer()
    {
        await using var server = new ServerUnderTest();
        server.Add("file", 100);
        using var client = new RawClient(server.EndPoint);
        client.AskRead("file");
        client.AskRead("file");
        await client.ReceiveAsync();
        client.HearsNothing(AWhile).Should().BeTrue();
        client.Acknowledge(1);
        (await server.EndedAsync()).Outcome.Should().Be("completed");
        server.Asked.Should().ContainSingle();
    }

    [Fact]
    public async Task A_request_that_was_overtaken_by_its_answer_does_not_end_the_transfer()
    {
        await using var server = new ServerUnderTest();
        server.Add("file", 600);
        using var client = new RawClient(server.EndPoint);
        client.AskRead("file");
        await client.ReceiveAsync();
        client.Acknowledge(1);
        (await client.ReceiveAsync())[3].Should().Be(2);
        client.AskRead("file");

        // Requests are taken in order: once a later one is refused, this one has been taken.
        using var later = new RawClient(server.EndPoint);
        later.Ask("\0\u0001file\0mail\0");
        await later.ReceiveAsync();
        (await server.EndedAsync()).Detail.Should().Be("refused");

        client.Acknowledge(2);
        (await server.EndedAsync()).Outcome.Should().Be("completed");
        server.Asked.Should().ContainSingle();
    }

    [Fact]
    public async Task Another_request_from_the_same_port_ends_the_one_before()
    {
        await using var server = new ServerUnderTest();
        server.Add("first", 5000);
        server.Add("second", 10);
        using var client = new RawClient(server.EndPoint);
        client.AskRead("first");
        await client.ReceiveAsync();
        client.Acknowledge(1);
        await client.ReceiveAsync();
        client.AskRead("second");
        (await server.EndedAsync()).Outcome.Should().Contain("began another transfer");
        (await client.ReceiveAsync()).Should().HaveCount(14);
    }

    [Fact]
    public async Task Strangers_do_not_disturb_a_transfer()
    {
        await using var server = new ServerUnderTest();
        server.Add("file", 600);
        using var client = new RawClient(server.EndPoint);
        using var stranger = new RawClient(server.EndPoint);
        client.AskRead("file");
        await client.ReceiveAsync();
        stranger.SendTo(client.From, [0, 4, 0, 1]);
        stranger.SendTo(client.From, [0, 5, 0, 0, 0]);
        client.HearsNothing(AWhile).Should().BeTrue();
        client.Acknowledge(1);
        (await client.ReceiveAsync())[3].Should().Be(2);
    }

    [Fact]
    public async Task A_client_that_closed_its_port_is_let_go_at_once()
    {
        await using var server = new ServerUnderTest();
        server.Add("file", 5000);
        using (var client = new RawClient(server.EndPoint))
        {
            client.AskRead("file", "blksize\0512\0windowsize\02\0");
            await client.ReceiveAsync();
            client.Acknowledge(0);
        }

        (await server.EndedAsync()).Outcome.Should().Be("the client closed its port");
    }

    [Fact]
    public async Task More_transfers_than_allowed_are_dropped_in_silence_and_served_when_asked_again()
    {
        await using var server = new ServerUnderTest(new TftpServerOptions { MaxTransfers = 1 });
        server.Add("file", 600);
        using var first = new RawClient(server.EndPoint);
        using var second = new RawClient(server.EndPoint);
        first.AskRead("file");
        await first.ReceiveAsync();
        second.AskRead("file");
        second.HearsNothing(AWhile).Should().BeTrue();
        first.Acknowledge(1);
        await first.ReceiveAsync();
        first.Acknowledge(2);
        await server.EndedAsync();
        second.AskRead("file");
        (await second.ReceiveAsync()).Should().HaveCount(516);
    }

    [Fact]
    public async Task A_flood_of_forged_requests_does_not_shut_others_out()
    {
        await using var server = new ServerUnderTest(new TftpServerOptions { MaxTransfers = 4 });
        server.Add("file", 600);
        var flood = Enumerable.Range(0, 4).Select(_ => new RawClient(server.EndPoint)).ToList();
        foreach (var forged in flood) forged.AskRead("file");
        foreach (var forged in flood) await forged.ReceiveAsync();
        using var client = new RawClient(server.EndPoint);
        byte[]? answer = null;
        while (answer is null)
        {
            client.AskRead("file");
            if (!client.HearsNothing(TimeSpan.FromMilliseconds(200))) answer = await client.ReceiveAsync();
        }

        answer.Should().HaveCount(516);
        (await server.EndedAsync()).Outcome.Should().Contain("its place was needed");
        foreach (var forged in flood) forged.Dispose();
    }

    [Fact]
    public async Task On_a_single_port_many_transfers_run_side_by_side()
    {
        await using var server = new ServerUnderTest(new TftpServerOptions { SinglePort = true });
        server.Add("file", 600);
        using var first = new RawClient(server.EndPoint);
        using var second = new RawClient(server.EndPoint);
        first.AskRead("file");
        second.AskRead("file", "blksize\01000\0");
        (await first.ReceiveAsync()).Should().HaveCount(516);
        await second.ReceiveAsync();
        ((IPEndPoint)first.From).Port.Should().Be(server.EndPoint.Port);
        first.Acknowledge(1);
        second.Acknowledge(0);
        (await first.ReceiveAsync()).Should().HaveCount(92);
        (await second.ReceiveAsync()).Should().HaveCount(604);
        first.Acknowledge(2);
        second.Acknowledge(1);
        (await server.EndedAsync()).Outcome.Should().Be("completed");
        (await server.EndedAsync()).Outcome.Should().Be("completed");
        first.Acknowledge(2);
        (await first.ReceiveTextAsync()).Should().StartWith("\0\u0005\0\u0005", "the transfer is over: unknown transfer id");
    }

    [Fact]
    public void The_windows_of_all_transfers_together_stay_within_their_budget()
    {
        var options = new TftpServerOptions
        {
            MaxWindowBytesInAll = 1 << 24,
            ClampBlockSizeToMtu = false,
            MaxTransfers = 4096,
            MaxTransfersPerClient = 4096
        };
        var admission = new TransferAdmission(options, TimeProvider.System);
        TftpRequest.TryParse("\0\u0001file\0octet\0blksize\08192\0windowsize\065535\0"u8, out var request, out _).Should().BeTrue();
        long all = 0;
        for (var port = 1; port <= 4096; port++)
        {
            var entry = admission.TryAdmit(new IPEndPoint(IPAddress.Loopback, port), request!, out _)!; // there is room
            var terms = TftpNegotiatedOptions.Agree(request!, 100 << 20, options, 9000, admission.LongestWindowBytes());
            terms.WindowSize.Should().BePositive();
            admission.Reserve(entry, terms.BlockSize * terms.WindowSize);
            all += terms.BlockSize * terms.WindowSize;
        }

        all.Should().BeLessThan((1 << 24) + (4096L * 8192), "beyond the budget each gets one block");
    }

    [Fact]
    public async Task On_a_single_port_an_acknowledgement_that_comes_at_once_is_taken()
    {
        await using var server = new ServerUnderTest(new TftpServerOptions { SinglePort = true });
        server.Add("file", 100);
        for (var transfer = 0; transfer < 300; transfer++)
        {
            using var client = new RawClient(server.EndPoint);
            client.AskRead("file");
            (await client.ReceiveAsync()).Should().HaveCount(104);
            client.Acknowledge(1);
            var ended = await server.EndedAsync();
            (ended.Outcome, ended.Detail).Should().Be(
                ("completed", "blksize 512, windowsize 1, 0 blocks sent again"), $"of transfer {transfer}");
        }
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_an_error_to_its_client_and_to_nobody_else()
    {
        await using var server = new ServerUnderTest();
        server.Add("throws", () => throw new IOException("/secret/path is broken"));
        server.Add("short", () => new Broken(length: 10));
        server.Add("file", 1);
        using var client = new RawClient(server.EndPoint);
        client.AskRead("throws");
        (await client.ReceiveTextAsync()).Should().StartWith("\0\u0005\0\0").And.NotContain("secret");
        using var other = new RawClient(server.EndPoint);
        other.AskRead("short");
        (await other.ReceiveTextAsync()).Should().StartWith("\0\u0005\0\0");
        other.AskRead("file");
        (await other.ReceiveAsync()).Should().HaveCount(5);
    }

    [Fact]
    public async Task A_stopping_server_tells_its_clients()
    {
        var server = new ServerUnderTest();
        server.Add("file", 5000);
        using var client = new RawClient(server.EndPoint);
        client.AskRead("file");
        await client.ReceiveAsync();
        await server.DisposeAsync();
        (await client.ReceiveTextAsync()).Should().StartWith("\0\u0005\0\0").And.Contain("stopped");
        server.Transfers.Should().ContainSingle().Which.Outcome.Should().Contain("stopped");
    }

    [Fact] // The loop of a client that is near waits in its receiving call, which nothing interrupts.
    public async Task A_near_client_that_falls_silent_holds_up_neither_others_nor_the_end()
    {
        var server = new ServerUnderTest();
        server.Add("long", 100 * 512);
        server.Add("file", 600);
        using var near = new RawClient(server.EndPoint);
        near.AskRead("long");
        for (var block = 1; block <= 50; block++)
        {
            await near.ReceiveAsync();
            near.Acknowledge(block);
        }

        await near.ReceiveAsync();
        for (var i = 0; i <= Environment.ProcessorCount; i++) // one at least of the same loop
        {
            using var other = new RawClient(server.EndPoint);
            other.AskRead("file");
            for (var block = 1; block <= 2; block++)
            {
                await other.ReceiveAsync();
                other.Acknowledge(block);
            }

            (await server.EndedAsync()).Outcome.Should().Be("completed");
        }

        await server.DisposeAsync();
        (await near.ReceiveTextAsync()).Should().StartWith("\0\u0005\0\0").And.Contain("stopped");
    }

    [Fact]
    public async Task IPv6_is_served_too()
    {
        await using var server = new ServerUnderTest(new TftpServerOptions { Listen = new IPEndPoint(IPAddress.IPv6Any, 0) });
        server.Add("file", 3);
        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        socket.SendTo([0, 1, .. "file"u8, 0, .. "octet"u8, 0], new IPEndPoint(IPAddress.IPv6Loopback, server.EndPoint.Port));
        var buffer = new byte[100];
        (await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken)).Should().Be(7);

        using var four = new RawClient(new IPEndPoint(IPAddress.Loopback, server.EndPoint.Port));
        four.AskRead("file");
        (await four.ReceiveAsync()).Should().HaveCount(7);
        server.Asked.Last().Client.Should().Be(IPAddress.Loopback);
    }

    [Fact]
    public void A_port_in_use_is_said_at_once()
    {
        using var first = new TftpServer(new TftpServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) }, Nothing.Served);
        using var second = new TftpServer(new TftpServerOptions { Listen = first.Bind() }, Nothing.Served);
        second.Invoking(s => s.Bind()).Should().Throw<SocketException>().Which.SocketErrorCode.Should().Be(SocketError.AddressAlreadyInUse);
    }

    [Fact]
    public void An_option_out_of_range_is_refused_with_its_name()
    {
        var act = () => new TftpServer(new TftpServerOptions { MaxBlockSize = 4 }, Nothing.Served);
        act.Should().Throw<ValidationException>().WithMessage("*MaxBlockSize*");
    }

    private sealed class Nothing : IBootFiles
    {
        public static BootServices Served { get; } = new() { Files = new Nothing() };

        public ValueTask<BootFile?> OpenAsync(BootFileRequest request, CancellationToken cancellationToken) => default;
    }

    private sealed class Broken(long length) : BootFile
    {
        public override long Length => length;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken) =>
            throw new IOException("gone");
    }
}
