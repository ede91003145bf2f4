using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Maas.Core;
using Maas.Core.Delivery;
using Maas.Core.Nodes;
using Maas.Hosting.Webhooks;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Hosting.Tests.Webhooks;

public sealed class WebhookDestinationTests
{
    private const string Key = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";
    private const string Other = "whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4";

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero));
    private HttpRequestMessage? _request;
    private byte[] _body = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static ChangeEvent Change => new()
    {
        Id = "12-1795435200000",
        Source = "urn:uuid:1",
        Kind = ChangeEventKind.StatusChanged,
        Number = 12,
        At = DateTimeOffset.UnixEpoch,
        Change = new MachineChanged(
            12, DateTimeOffset.UnixEpoch, SystemId.Parse("abc347"), 3, MachineStatus.Deploying, MachineStatus.Deployed, null),
    };

    [Fact]
    public async Task A_request_has_the_event_and_a_signature_for_each_key()
    {
        (await DeliverAsync(_ => Answer(204))).Should().Be(new DeliveryResult.Delivered());

        var headers = _request!.Headers;
        _request.Method.Should().Be(HttpMethod.Post);
        headers.GetValues("webhook-id").Should().Equal("12-1795435200000");
        headers.GetValues("webhook-timestamp").Should().Equal("1796040000");
        _request.Content!.Headers.ContentType!.MediaType.Should().Be("application/cloudevents+json");
        _body.Should().Equal(Change.ToCloudEvent().ToArray());
        // As a receiver computes it.
        var signed = Encoding.UTF8.GetBytes("12-1795435200000.1796040000." + Encoding.UTF8.GetString(_body));
        headers.GetValues("webhook-signature").Should().Equal(string.Join(' ', new[] { Key, Other }.Select(key =>
            "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(key["whsec_".Length..]), signed)))));
    }

    [Fact]
    public void The_signature_is_that_of_the_example_of_Standard_Webhooks()
    {
        var key = WebhookSignature.KeyOf("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!; // the example's key

        WebhookSignature.Of([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}"u8.ToArray())
            .Should().Be("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task An_endpoint_that_is_busy_is_unavailable(int status) =>
        (await DeliverAsync(_ => Answer(status))).Should().Be(new DeliveryResult.Unavailable($"hooks.test answered {status}."));

    [Theory]
    [InlineData(302)]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(410)]
    [InlineData(500)]
    public async Task Another_status_refuses_the_change(int status) =>
        (await DeliverAsync(_ => Answer(status))).Should().Be(new DeliveryResult.Rejected($"hooks.test answered {status}."));

    [Fact]
    public async Task An_endpoint_says_when_to_try_again()
    {
        (await DeliverAsync(_ => Answer(503, new RetryConditionHeaderValue(TimeSpan.FromSeconds(90)))))
            .Should().BeOfType<DeliveryResult.Unavailable>().Which.RetryAfter.Should().Be(TimeSpan.FromSeconds(90));
        (await DeliverAsync(_ => Answer(500, new RetryConditionHeaderValue(_clock.GetUtcNow().AddMinutes(2)))))
            .Should().BeOfType<DeliveryResult.Rejected>().Which.RetryAfter.Should().Be(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task An_endpoint_that_does_not_answer_in_time_has_had_its_attempt()
    {
        var result = await DeliverAsync(async cancellationToken =>
        {
            _clock.Advance(TimeSpan.FromSeconds(16));
            await Task.Delay(Timeout.InfiniteTimeSpan, _clock, cancellationToken);
            return new HttpResponseMessage();
        });

        result.Should().Be(new DeliveryResult.Rejected("hooks.test did not answer in 15 s."));
    }

    [Theory]
    [InlineData(HttpRequestError.ConnectionError, true)]
    [InlineData(HttpRequestError.NameResolutionError, true)]
    [InlineData(HttpRequestError.SecureConnectionError, true)]
    [InlineData(HttpRequestError.ResponseEnded, false)]
    [InlineData(HttpRequestError.InvalidResponse, false)]
    public async Task Without_a_connection_the_endpoint_is_unavailable_and_no_text_has_the_url(HttpRequestError error, bool isUnavailable)
    {
        var result = await DeliverAsync(_ => throw new HttpRequestException(error, "https://hooks.test/maas?token=secret"));

        result.GetType().Should().Be(isUnavailable ? typeof(DeliveryResult.Unavailable) : typeof(DeliveryResult.Rejected));
        result.ToString().Should().NotContain("token");
    }

    [Theory]
    [InlineData("169.254.169.254", false)]
    [InlineData("::ffff:169.254.169.254", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("::", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("10.0.0.1", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("192.0.2.1", true)]
    [InlineData("2001:db8::1", true)]
    public void Some_addresses_are_refused(string address, bool isAllowed) =>
        WebhookConnections.IsAllowed(IPAddress.Parse(address)).Should().Be(isAllowed);

    [Fact]
    public async Task A_refused_address_is_not_connected_to()
    {
        using var handler = WebhookConnections.CreateHandler(TimeProvider.System);
        using var http = new HttpMessageInvoker(handler);
        var options = Options();
        options.Url = new Uri("http://169.254.169.254/latest/meta-data?token=secret");

        var result = await new WebhookDestination(options, http, TimeProvider.System).DeliverAsync(Change, Token);

        result.Should().Be(new DeliveryResult.Unavailable(
            "169.254.169.254 cannot be reached: Its addresses are link-local, multicast or unspecified."));
    }

    [Theory]
    [InlineData("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz")]
    [InlineData("whsec_")]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("whsec_not base64")]
    public void A_text_that_is_no_key_is_none(string text) => WebhookSignature.KeyOf(text).Should().BeNull();

    private static WebhookEndpointOptions Options() =>
        new() { Url = new Uri("https://hooks.test/maas?token=secret"), SigningSecrets = { Key, Other } };

    private static Task<HttpResponseMessage> Answer(int status, RetryConditionHeaderValue? retryAfter = null)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status);
        response.Headers.RetryAfter = retryAfter;
        return Task.FromResult(response);
    }

    private async Task<DeliveryResult> DeliverAsync(Func<CancellationToken, Task<HttpResponseMessage>> answer)
    {
        using var http = new HttpMessageInvoker(new Handler(async (request, cancellationToken) =>
        {
            _request = request;
            _body = await request.Content!.ReadAsByteArrayAsync(cancellationToken); // a POST has one
            return await answer(cancellationToken);
        }));
        return await new WebhookDestination(Options(), http, _clock).DeliverAsync(Change, Token);
    }

    private sealed class Handler(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            answer(request, cancellationToken);
    }
}
