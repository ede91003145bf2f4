using System.Net;
using Maas.Power.Tests.Http;
using Maas.Power.Webhook;

namespace Maas.Power.Tests.Webhook;

public sealed class WebhookDriverTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly WebhookDriver _driver = new(new() { Timing = QuickTiming.Options });
    private bool _isOn;
    private string? _authorization;
    private string? _systemId;

    private HttpPeer Plug() => new((request, _) =>
    {
        _authorization = request.Headers["Authorization"];
        _systemId = request.Headers["System_Id"];
        switch (request.HttpMethod, request.Url.AbsolutePath)
        {
            case ("POST", "/on") or ("GET", "/on"):
                _isOn = true;
                return (200, "");
            case ("POST", "/off"):
                _isOn = false;
                return (200, "");
            case ("GET", "/state"):
                return (200, _isOn ? """{"status": "running"}""" : """{"status": "stopped"}""");
            case ("GET", "/slashed/"):
                return (200, """{"status": "running"}""");
            default:
                return (404, "");
        }
    });

    private static PowerTarget Machine(HttpPeer plug, params (string Name, string Value)[] more)
    {
        var parameters = new Dictionary<string, string>
        {
            ["power_on_uri"] = $"{plug.Address}on",
            ["power_off_uri"] = $"{plug.Address}off",
            ["power_query_uri"] = $"{plug.Address}state",
        };
        foreach (var (name, value) in more) parameters[name] = value;
        return new PowerTarget("webhook", parameters);
    }

    [Fact]
    public async Task A_plug_is_switched_by_POST_and_asked_by_GET_as_MAAS_does()
    {
        await using var plug = Plug();
        (await _driver.TurnOnAsync(Machine(plug), Stop)).Should().Be(new PowerResult.Observed(PowerState.On));
        (await _driver.TurnOffAsync(Machine(plug), PowerOffMode.Hard, Stop)).Should().Be(new PowerResult.Observed(PowerState.Off));
        plug.Requests.Should().Equal("GET /state", "POST /on", "GET /state", "GET /state", "POST /off", "GET /state");
        _authorization.Should().BeNull();
    }

    [Fact]
    public async Task A_token_goes_before_a_password()
    {
        await using var plug = Plug();
        await _driver.QueryAsync(Machine(plug, ("power_user", "me"), ("power_pass", "hunter2")), Stop);
        _authorization.Should().Be("Basic bWU6aHVudGVyMg==");
        await _driver.QueryAsync(Machine(plug, ("power_user", "me"), ("power_pass", "hunter2"), ("power_token", "t0ken")), Stop);
        _authorization.Should().Be("Bearer t0ken");
    }

    [Fact]
    public async Task The_machine_s_id_is_sent_as_MAAS_sends_it()
    {
        await using var plug = Plug();
        await _driver.QueryAsync(Machine(plug, ("system_id", "abc123")), Stop);
        _systemId.Should().Be("abc123");
    }

    [Fact]
    public async Task A_plug_that_switches_by_GET_and_answers_in_its_own_words()
    {
        await using var plug = Plug();
        var machine = Machine(plug, ("power_method", "get"), ("power_on_regex", "\"(running|up)\""), ("power_off_regex", "stopped"));
        (await _driver.TurnOnAsync(machine, Stop)).State.Should().Be(PowerState.On);
        plug.Requests.Should().Contain("GET /on");
    }

    [Fact]
    public async Task A_path_that_exists_with_a_slash_only_is_found()
    {
        await using var plug = Plug();
        (await _driver.QueryAsync(Machine(plug, ("power_query_uri", $"{plug.Address}slashed")), Stop)).State.Should().Be(PowerState.On);
    }

    [Fact]
    public async Task An_answer_that_fits_no_expression_is_not_guessed()
    {
        await using var plug = new HttpPeer((_, _) => (200, "hello"));
        (await Failure(Machine(plug))).Should().Be(PowerFailure.Unintelligible);
    }

    [Theory]
    [InlineData(401, PowerFailure.CredentialsRefused)]
    [InlineData(404, PowerFailure.CommandRefused)]
    [InlineData(503, PowerFailure.TimedOut)]
    [InlineData(302, PowerFailure.CommandRefused)]
    public async Task A_status_has_its_name_and_a_redirect_is_not_followed(int status, PowerFailure failure)
    {
        await using var plug = new HttpPeer((_, _) => (status, "http://169.254.169.254/"));
        (await Failure(Machine(plug))).Should().Be(failure);
    }

    [Fact]
    public async Task An_answer_without_end_is_cut_off()
    {
        await using var plug = new HttpPeer((_, _) => (200, new string('x', 10_000)));
        var driver = new WebhookDriver(new() { Timing = QuickTiming.Options, Http = new() { MaximumAnswerBytes = 2000 } });
        (await driver.QueryAsync(Machine(plug), Stop)).Should().BeOfType<PowerResult.Failed>().Which.Reason.Should().Contain("2000 bytes");
    }

    [Fact]
    public async Task An_address_outside_of_the_allowed_networks_gets_no_connection()
    {
        await using var plug = Plug();
        var driver = new WebhookDriver(new()
        {
            Timing = QuickTiming.Options,
            Http = new() { AllowedNetworks = [IPNetwork.Parse("10.0.0.0/8")] },
        });
        var result = await driver.QueryAsync(Machine(plug), Stop);
        result.Should().BeOfType<PowerResult.Failed>().Which.Reason.Should().Contain("allowed networks");
        plug.Requests.Should().BeEmpty();
    }

    [Theory]
    [InlineData("power_on_uri", "file:///etc/passwd")]
    [InlineData("power_query_uri", "")]
    [InlineData("power_on_regex", "(")]
    [InlineData("power_token", "two words")]
    [InlineData("power_tls_fingerprint", "abc")]
    public async Task A_parameter_that_cannot_be_right_is_named(string name, string value)
    {
        await using var plug = Plug();
        var result = await _driver.TurnOnAsync(Machine(plug, (name, value)), Stop);
        result.Should().BeOfType<PowerResult.Failed>().Which.Should().Match<PowerResult.Failed>(
            failed => failed.Failure == PowerFailure.BadParameters && failed.Reason.Contains(name));
        plug.Requests.Should().BeEmpty();
    }

    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(?=(a+)+$)b")]
    public async Task A_hostile_expression_takes_no_long_time(string pattern)
    {
        await using var plug = new HttpPeer((_, _) => (200, new string('a', 50) + "!"));
        var driver = new WebhookDriver(new() { Timing = new() { Attempts = 1, MinimumInterval = TimeSpan.Zero } });
        (await driver.QueryAsync(Machine(plug, ("power_on_regex", pattern)), Stop))
            .Should().BeOfType<PowerResult.Failed>().Which.Failure.Should().Be(PowerFailure.Unintelligible);
    }

    [Fact]
    public void Missing_parameters_are_reported_as_MAAS_reports_them() =>
        _driver.Validate(new PowerTarget("webhook", [])).Should().Be("URI to power on the node: This field is required.");

    private async Task<PowerFailure> Failure(PowerTarget target) =>
        (await _driver.QueryAsync(target, Stop)).Should().BeOfType<PowerResult.Failed>().Which.Failure;
}
