using System.Net;
using System.Text;
using Maas.Core.Accounts;
using Maas.Hosting.SshKeys;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Hosting.Tests.SshKeys;

/// <summary>The server with the keys is not trusted.</summary>
public sealed class HttpSshKeySourceTests
{
    private const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g";

    private readonly FakeTimeProvider _clock = new();
    private readonly List<Uri> _asked = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Launchpads_keys_are_lines()
    {
        (await FindAsync("lp", _ => Text($"{Key}\n{Key} b\n"))).Should().BeOfType<SshKeySourceResult.Found>()
            .Which.Keys.Should().Equal(Key, $"{Key} b", "");
        _asked.Should().Equal(new Uri("https://lp.test/~bob/+sshkeys"));
    }

    [Fact]
    public async Task GitHubs_keys_are_in_an_array()
    {
        (await FindAsync("gh", _ => Text($$"""[{"id": 1, "key": "{{Key}}", "x": [null]}, {"key": "b"}]"""))).Should()
            .BeOfType<SshKeySourceResult.Found>().Which.Keys.Should().Equal(Key, "b");
        _asked.Should().Equal(new Uri("https://gh.test/api/users/bob/keys"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"key\": \"a\"}")]
    [InlineData("[1]")]
    [InlineData("[{\"key\": null}]")]
    [InlineData("[{\"key\": \"\\ud800\"}]")]
    [InlineData("[[[[[[[[[[[[]]]]]]]]]]]]")]
    [InlineData("<html>")]
    public async Task An_answer_of_another_shape_fails(string body) =>
        (await FindAsync("gh", _ => Text(body))).Should().Be(new SshKeySourceResult.Failed("The answer of gh.test cannot be read."));

    [Theory]
    [InlineData(HttpStatusCode.NotFound, "lp user bob doesn't exist.")]
    [InlineData(HttpStatusCode.Gone, "lp user bob doesn't exist.")]
    [InlineData(HttpStatusCode.InternalServerError, "lp.test answered 500.")]
    [InlineData(HttpStatusCode.Found, "lp.test answered 302.")]
    public async Task Another_status_fails_with_a_reason(HttpStatusCode status, string reason) =>
        (await FindAsync("lp", _ => new HttpResponseMessage(status))).Should().Be(new SshKeySourceResult.Failed(reason));

    [Theory]
    [InlineData("https://evil.test/~bob/+sshkeys")]
    [InlineData("http://lp.test/~bob/+sshkeys")]
    [InlineData("https://lp.test:444/x")]
    [InlineData("//169.254.169.254/latest/meta-data")]
    [InlineData("file:///etc/passwd")]
    public async Task A_redirection_to_another_server_is_not_followed(string location)
    {
        (await FindAsync("lp", _ => Redirection(location))).Should().Be(new SshKeySourceResult.Failed("lp.test refers to another server."));
        _asked.Should().ContainSingle();
    }

    [Fact]
    public async Task Redirections_within_the_server_are_followed_three_times()
    {
        var answers = new Dictionary<string, string> { ["/~bob/+sshkeys"] = "/1", ["/1"] = "/2", ["/2"] = "https://lp.test/3" };
        (await FindAsync("lp", request => answers.TryGetValue(request.AbsolutePath, out var next) ? Redirection(next) : Text(Key))).Should()
            .BeOfType<SshKeySourceResult.Found>();
        _asked.Clear();
        (await FindAsync("lp", _ => Redirection("/again"))).Should().BeOfType<SshKeySourceResult.Failed>();
        _asked.Should().HaveCount(4);
    }

    [Fact]
    public async Task An_endless_body_is_not_read_to_its_end()
    {
        var endless = new EndlessStream();
        (await FindAsync("lp", _ => new HttpResponseMessage { Content = new StreamContent(endless) })).Should()
            .Be(new SshKeySourceResult.Failed("The answer of lp.test is longer than 262144 bytes."));
        endless.Given.Should().BeLessThan(1024 * 1024);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_waited_for_ten_seconds()
    {
        using var source = Source(async (_, token) =>
        {
            await new TaskCompletionSource().Task.WaitAsync(token);
            return Text("");
        });
        var finding = source.FindAsync("lp", "bob", Token);
        _clock.Advance(TimeSpan.FromSeconds(9));
        finding.IsCompleted.Should().BeFalse();
        _clock.Advance(TimeSpan.FromSeconds(2));
        (await finding).Should().Be(new SshKeySourceResult.Failed("lp.test did not answer in time."));
    }

    [Fact]
    public async Task A_fifth_import_at_once_is_refused_and_places_come_back()
    {
        var gate = new TaskCompletionSource();
        using var source = Source(async (_, token) =>
        {
            await gate.Task.WaitAsync(token);
            return Text(Key);
        });
        var waiting = Enumerable.Range(0, 4).Select(_ => source.FindAsync("lp", "bob", Token)).ToList();
        (await source.FindAsync("lp", "bob", Token)).Should().Be(new SshKeySourceResult.Failed("Too many imports at once. Try again."));
        gate.SetResult();
        await Task.WhenAll(waiting);
        (await source.FindAsync("lp", "bob", Token)).Should().BeOfType<SshKeySourceResult.Found>();
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_and_one_that_is_turned_off_are_told()
    {
        (await FindAsync("lp", _ => throw new HttpRequestException("no route"))).Should()
            .Be(new SshKeySourceResult.Failed("lp.test cannot be reached."));
        using var off = new HttpSshKeySource(
            new MaasOptions { Launchpad = null }, _clock, NullLogger<HttpSshKeySource>.Instance,
            new Handler((_, _) => throw new InvalidOperationException()));
        (await off.FindAsync("lp", "bob", Token)).Should().BeOfType<SshKeySourceResult.Failed>();
    }

    private async Task<SshKeySourceResult> FindAsync(string protocol, Func<Uri, HttpResponseMessage> answer)
    {
        using var source = Source((request, _) => Task.FromResult(answer(request)));
        return await source.FindAsync(protocol, "bob", Token);
    }

    private HttpSshKeySource Source(Func<Uri, CancellationToken, Task<HttpResponseMessage>> answer) => new(
        new MaasOptions { Launchpad = new Uri("https://lp.test"), GitHub = new Uri("https://gh.test/api/") },
        _clock,
        NullLogger<HttpSshKeySource>.Instance,
        new Handler((request, token) =>
        {
            _asked.Add(request);
            return answer(request, token);
        }));

    private static HttpResponseMessage Text(string text) => new() { Content = new StringContent(text, Encoding.UTF8) };

    private static HttpResponseMessage Redirection(string location)
    {
        var response = new HttpResponseMessage(HttpStatusCode.Redirect);
        response.Headers.TryAddWithoutValidation("Location", location);
        return response;
    }

    private sealed class Handler(Func<Uri, CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            answer(request.RequestUri!, cancellationToken);
    }

    private sealed class EndlessStream : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => Given; set => throw new NotSupportedException(); }

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Given += count;
            return count;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Given += buffer.Length;
            return new(buffer.Length);
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
