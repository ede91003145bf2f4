using System.Text;
using Maas.Core.Nodes;
using Maas.Judges;

namespace Maas.Api.Tests.Machines;

/// <summary><c>nodes/ID/results/</c> and the older lists of results.</summary>
public class ScriptResultTests
{
    [Fact]
    public async Task A_failed_test_does_not_count_once_it_is_suppressed()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await FailedTestAsync(host);
        var path = $"nodes/{machine.Id}/results/current-testing/";
        (await host.GetAsync(host.Admin, $"machines/{machine.Id}/")).Expect(200).Json.GetProperty("testing_status").GetInt32()
            .Should().Be(3);

        var reply = (await host.PutAsync(host.Admin, path, ("suppressed", "true"))).Expect(200).Json;

        reply.GetProperty("results").EnumerateArray().Should().OnlyContain(result => result.GetProperty("suppressed").GetBoolean());
        (await host.GetAsync(host.Admin, $"machines/{machine.Id}/")).Expect(200).Json.GetProperty("testing_status").GetInt32()
            .Should().Be(2);
        (await host.PutAsync(host.Admin, path, ("suppressed", "perhaps"))).Expect(400);
        (await host.PutAsync(host.Bob, path, ("suppressed", "false"))).Expect(403);
        (await host.PutAsync(host.Admin, path, ("suppressed", "false"))).Expect(200).Json.GetProperty("status_name").GetString()
            .Should().Be("Failed");
    }

    [Fact]
    public async Task A_set_is_deleted_with_all_of_its_results_and_other_sets_stay()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await FailedTestAsync(host);
        var path = $"nodes/{machine.Id}/results/";
        var sets = (await host.GetAsync(host.Admin, path)).Expect(200).Json.GetArrayLength();

        var id = (await host.GetAsync(host.Admin, path + "current-testing/")).Expect(200).Json.GetProperty("id").GetRawText();

        (await host.DeleteAsync(host.Bob, path + "current-testing/")).Expect(403);
        (await host.DeleteAsync(host.Admin, path + "current-testing/")).Expect(204);

        (await host.GetAsync(host.Admin, path)).Expect(200).Json.GetArrayLength().Should().Be(sets - 1);
        (await host.DeleteAsync(host.Admin, $"{path}{id}/")).Expect(404);
        (await host.GetAsync(host.Admin, path + "current-installation/")).Expect(404);
        (await host.GetAsync(host.Admin, path + "current/")).Expect(400).Text.Should()
            .StartWith("Unknown id \"current\" must be current-commissioning, current-testing, ");
    }

    [Fact]
    public async Task A_download_as_tar_xz_is_read_by_xz()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        var reply = (await host.GetAsync(
            host.Admin, $"nodes/{machine.Id}/results/current-commissioning/?op=download&filetype=tar.xz&output=all")).Expect(200);
        reply.ContentType.Should().Be("application/x-tar");
        (await host.GetAsync(host.Admin, $"nodes/{machine.Id}/results/current-commissioning/?op=download&filetype=zip")).Expect(400)
            .Text.Should().Be("Unknown filetype \"zip\" must be txt or tar.xz");

        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, reply.Body, ApiHost.Cancellation);
            (await Judge.RunAsync("xz", ["--test", file], cancellationToken: ApiHost.Cancellation)).Approved();
            var tar = (await Judge.RunAsync("tar", ["-tJf", file], cancellationToken: ApiHost.Cancellation)).Approved();
            tar.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCountGreaterThan(2)
                .And.OnlyContain(name => name.StartsWith($"{machine.Hostname}-commissioning-", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("commissioning-results/")]
    [InlineData("installation-results/")]
    [InlineData("/MAAS/api/1.0/commissioning-results/?op=list")]
    public async Task The_older_lists_have_an_entry_for_each_stream_in_base64(string path)
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await FailedTestAsync(host);

        var all = (await host.GetAsync(host.Admin, path)).Expect(200).Json.EnumerateArray().ToList();

        all.Should().HaveCountGreaterThan(1).And.OnlyContain(entry =>
            entry.GetProperty("node").GetProperty("system_id").GetString() == machine.Id.ToString());
        all.Should().Contain(entry => entry.GetProperty("name").GetString()!.EndsWith(".err")
            && Encoding.UTF8.GetString(entry.GetProperty("data").GetBytesFromBase64()) == "bad memory");
        var separator = path.Contains('?') ? '&' : '?';
        (await host.GetAsync(host.Admin, $"{path}{separator}result_type=0")).Expect(200).Json.EnumerateArray().Should()
            .OnlyContain(entry => entry.GetProperty("result_type").GetInt32() == 0);
        (await host.GetAsync(host.Admin, $"{path}{separator}system_id=aaaaaa")).Expect(200).Json.GetArrayLength().Should().Be(0);
        (await host.GetAsync(host.Admin, $"{path}{separator}result_type=x")).Expect(400);
    }

    /// <summary>A machine whose test failed, with words on standard error.</summary>
    private static async Task<Machine> FailedTestAsync(ApiHost host)
    {
        var machine = await host.ReadyAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Test ());
        var bad = new ReadOnlyMemory<byte>("bad memory"u8.ToArray());
        foreach (var script in await host.Core.ScriptResults.PendingAsync(machine.Id, ApiHost.Cancellation))
            await host.Core.ScriptResults.ReportAsync(
                machine.Id, new ScriptReport { ResultId = script.Result.Id, ExitStatus = 1, Output = new(bad, default, bad) },
                ApiHost.Cancellation);
        return await host.DoAsync(machine.Id, new MachineReport.Signal(SignalReport.Failed, null));
    }
}
