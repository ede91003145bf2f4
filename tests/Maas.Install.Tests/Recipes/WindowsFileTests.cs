using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Xml.Linq;
using static Maas.Install.Tests.Recipes.SampleFiles;

namespace Maas.Install.Tests.Recipes;

/// <summary>The scripts of the Windows recipe, run by PowerShell with stand-ins for what only Windows has.</summary>
public class WindowsFileTests
{
    // Of an SSD of 480 GB, which has 8 MB more than its whole cylinders.
    private const string Boot = "Index = 0; MediaType = 'Fixed hard disk media'; SerialNumber = ' S1 '; Size = 480103395840; "
        + "BytesPerSector = 512; SectorsPerTrack = 63; TracksPerCylinder = 255";

    private const string Small = "Index = 0; MediaType = 'Fixed hard disk media'; SerialNumber = ''; Size = 128035676160; "
        + "BytesPerSector = 512; SectorsPerTrack = 63; TracksPerCylinder = 255";

    private const string Second = "Index = 1; MediaType = 'Fixed hard disk media'; SerialNumber = 'S2'; Size = 480103395840; "
        + "BytesPerSector = 512; SectorsPerTrack = 63; TracksPerCylinder = 255";

    private const string Stick = "Index = 1; MediaType = 'Removable Media'; SerialNumber = 'U'; Size = 8004304896";

    [Theory]
    [InlineData("S1", Boot, null)]
    [InlineData("S2", Boot, "the serial number 'S1', and not 'S2'")]
    [InlineData("S2", Second, "there is no disk 0")]
    [InlineData("", Boot, null)]
    [InlineData("", $"{Boot}|{Stick}", null)]
    [InlineData("", $"{Boot}|{Second}", "the only fixed disk, and there are 2")]
    [InlineData("", Small, "has 128035676160 bytes, and not 480103981056")]
    [InlineData("", "Index = 0; MediaType = 'Fixed hard disk media'; Size = 480103981057", "has 480103981057 bytes")]
    [InlineData("", "Index = 0; MediaType = 'Fixed hard disk media'; Size = 480103981056", null)]
    [InlineData("", Stick, "there is no disk 0")]
    public void Setup_starts_only_when_disk_0_is_the_machines_boot_disk(string serial, string disks, string? refusal)
    {
        var run = RunReport("prepare", serial, disks);
        if (refusal is null)
        {
            run.Posts.Should().BeEmpty();
            (run.ExitCode, run.Connected).Should().Be((0, true));
            return;
        }

        run.Posts.Should().ContainSingle().Which.Should().Contain("status=FAILED").And.Contain(refusal)
            .And.Contain("The disk to install to was not found");
        (run.ExitCode, run.Connected).Should().Be((2, false));
    }

    [Fact]
    public void A_request_that_is_refused_for_its_time_is_repeated_with_the_servers()
    {
        var run = RunReport("working", "S1", Boot, "if (-not $global:asked++) { throw [Maas.Install.Tests.Recipes.WebException]::new() }");
        run.Posts.Should().HaveCount(2);
        run.Posts[0].Should().Contain("status=WORKING").And.NotContain("oauth_timestamp=\"946684");
        run.Posts[1].Should().Contain("status=WORKING").And.Contain("oauth_timestamp=\"946684"); // of the year 2000
    }

    [Fact]
    public void Network_boot_that_stays_on_is_a_failure_and_windows_does_not_restart()
    {
        var run = RunReport("netboot_off", "S1", Boot, "if ($Body.op -eq 'netboot_off') { throw 'no route' }");
        run.Posts.Should().HaveCount(6);
        run.Posts[^1].Should().Contain("status=FAILED").And.Contain("Network boot could not be turned off.");
        run.ExitCode.Should().Be(2);
        var lines = Write(WindowsServer, "windows/startnet").Split('\n').ToList();
        lines.Should().ContainInConsecutiveOrder("%report% netboot_off", "if errorlevel 1 goto failed", "wpeutil reboot");
    }

    [Fact]
    public void Setup_is_accompanied_by_signs_of_life_that_end()
    {
        RunReport("alive", "S1", Boot).Posts.Should().HaveCount(60).And.OnlyContain(post => post.Contains("status=WORKING"));
        RunReport("alive", "S1", Boot, "throw 'no route'").ExitCode.Should().Be(0);
        Write(WindowsServer, "windows/startnet").Should().Contain("start /b \"\" %report% alive\n");
    }

    [Fact]
    public void The_first_logon_reports_with_a_command_that_is_not_too_long_for_windows()
    {
        XNamespace unattend = "urn:schemas-microsoft-com:unattend";
        var command = XDocument.Parse(Write(WindowsServer)).Descendants(unattend + "CommandLine").Single().Value;
        command.Should().StartWith("powershell -Command \"").And.EndWith("}}\"");
        // Keys and token are 18 and 32 characters long, and the sample's are not.
        (command.Length + (2 * 18) + 32).Should().BeLessThan(1024 - 50, "Windows takes 1024, and the server's name may be longer");
        var script = command["powershell -Command \"".Length..^1];
        script.Should().NotContain("\"");
        var run = Run(script, "if (-not $global:asked++) { throw [Maas.Install.Tests.Recipes.WebException]::new() }");
        run.Posts.Should().HaveCount(2);
        run.Posts[1].Should().Contain(
            "http://10.0.0.1:5240/MAAS/metadata/status/4y3h7n OAuth oauth_version=\"1.0\", oauth_signature_method=\"PLAINTEXT\", "
            + "oauth_consumer_key=\"consumer-1\", oauth_token=\"token-1\", oauth_signature=\"%26secret-1\", oauth_nonce=\"")
            .And.Contain("oauth_timestamp=\"946684").And.Contain("\"name\":\"modules-final\"");
    }

    private static PowerShellRun RunReport(string what, string serial, string disks, string onRequest = "")
    {
        var script = Write(WindowsServer, "windows/report", serial: serial);
        Parser.ParseInput(script, out _, out var errors);
        errors.Should().BeEmpty();
        var file = Path.ChangeExtension(Path.GetTempFileName(), ".ps1");
        try
        {
            File.WriteAllText(file, script);
            var objects = string.Join(", ", disks.Split('|').Select(disk => $"[pscustomobject] @{{ {disk} }}"));
            return Run($"function Get-CimInstance {{ {objects} }}\n& '{file}' {what}", onRequest);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static PowerShellRun Run(string script, string onRequest)
    {
        using var shell = PowerShell.Create();
        shell.AddScript($$"""
            $global:posts = [System.Collections.Generic.List[string]]::new(); $global:asked = 0; $global:LASTEXITCODE = 0
            $global:connected = $false
            function Start-Sleep { }
            function net { $global:connected = $true; $global:LASTEXITCODE = 0 }
            function Invoke-WebRequest {
                param([switch] $UseBasicParsing, $Method, $Headers, $Uri, $Body, $ContentType, $TimeoutSec)
                $text = if ($Body -is [hashtable]) { ($Body.GetEnumerator() | ForEach-Object { "$($_.Key)=$($_.Value)" }) -join '&' }
                    else { $Body }
                $global:posts.Add("$Uri $($Headers.Authorization) $text")
                {{onRequest}}
            }
            Set-Alias iwr Invoke-WebRequest
            {{script}}
            """);
        try
        {
            shell.Invoke();
        }
        catch (RuntimeException)
        {
            // powershell.exe -File ends with 1 then
            shell.Runspace.SessionStateProxy.SetVariable("LASTEXITCODE", 1);
        }

        var state = shell.Runspace.SessionStateProxy;
        return new PowerShellRun(
            [.. (List<string>)state.GetVariable("posts")],
            Convert.ToInt32(state.GetVariable("LASTEXITCODE"), CultureInfo.InvariantCulture),
            (bool)state.GetVariable("connected"));
    }

    private sealed record PowerShellRun(IReadOnlyList<string> Posts, int ExitCode, bool Connected);
}

/// <summary>What Windows PowerShell throws for an answer of 401: its response has the server's time.</summary>
public sealed class WebException : Exception
{
    /// <summary>The answer.</summary>
    public WebFailureResponse Response { get; } = new();
}

/// <summary>The answer of a <see cref="WebException"/>.</summary>
public sealed class WebFailureResponse
{
    /// <summary>Its header fields.</summary>
    public Dictionary<string, string> Headers { get; } = new() { ["Date"] = "Sat, 01 Jan 2000 00:00:00 GMT" };
}
