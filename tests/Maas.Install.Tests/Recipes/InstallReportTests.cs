using Maas.Install.Recipes;
using Maas.Judges;
using static Maas.Install.Tests.Recipes.SampleFiles;

namespace Maas.Install.Tests.Recipes;

/// <summary>How installers report: the shell functions of the answer files, run with stand-ins for the network and the clock.</summary>
public class InstallReportTests
{
    // Answers 200 to a request whose time is within five minutes of the server's, else 401 with the server's time.
    private const string Server = """
        now=1000000000
        ahead=-7200
        date() { case "$*" in
            '+%s') echo $((now + ahead)) ;;
            '-u -d Sun, 09 Sep 2001 01:46:40 GMT +%s') echo $now ;;
            *) echo "unexpected: date $*" >&2; return 1 ;;
        esac; }
        sleep() { :; }
        curl() {
            case " $* " in
                *' -D - '*) printf 'HTTP/1.1 401 Unauthorized\r\nDate: Sun, 09 Sep 2001 01:46:40 GMT\r\n\r\n'; return 0 ;;
            esac
            time=$(printf '%s' "$*" | sed -n 's/.*oauth_timestamp="\([0-9]*\)".*/\1/p')
            echo "asked at $((time - now))" >&2
            [ $((time - now)) -ge -300 ] && [ $((time - now)) -le 300 ] || return 22
            echo "done ${*##*oauth_timestamp=}"
        }

        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_whose_clock_is_wrong_reports_with_the_servers_time()
    {
        foreach (var shell in (string[])["bash", "dash"])
        {
            var script = Server + Write(Rocky, "shell/report") + "maas -d op=signal \"$metadata\" || echo failed\nmaas -d op=two x\n";
            var run = await Judge.RunAsync(shell, [], script, Token);
            run.Approved().Output.Should().NotContain("failed").And.Contain("op=signal").And.Contain("op=two");
            run.Error.Trim().Split('\n').Should().Equal("asked at -7200", "asked at 0", "asked at 0");
        }
    }

    [Fact]
    public async Task A_report_that_the_server_never_takes_fails_after_five_attempts()
    {
        var script = "date() { echo 1; }\nsleep() { :; }\ncurl() { echo tried >&2; return 7; }\n" + Write(Rocky, "shell/report")
            + "maas -d op=signal \"$metadata\" || echo failed\n";
        var run = await Judge.RunAsync("dash", [], script, Token);
        run.Approved().Output.Trim().Should().Be("failed");
        run.Error.Trim().Split('\n').Count(line => line == "tried").Should().Be(9, "the server's time is asked for four times");
    }

    [Fact]
    public async Task Signs_of_life_end_with_the_time_that_an_installation_may_take()
    {
        const string Stubs = "metadata=m\nsleep() { :; }\nmaas() { echo \"$*\" >> \"$log\"; }\n";
        foreach (var (minutes, count) in ((int, int)[])[(1, 1), (120, 60), (7, 4)])
        {
            var log = Path.GetTempFileName();
            try
            {
                var recipe = Rocky with { Duration = TimeSpan.FromMinutes(minutes) };
                (await Judge.RunAsync("dash", [], $"log={log}\n{Stubs}{Write(recipe, "shell/alive")}wait\n", Token)).Approved();
                (await File.ReadAllLinesAsync(log, Token)).Should().HaveCount(count)
                    .And.OnlyContain(line => line == "-d op=signal -d status=WORKING m");
            }
            finally
            {
                File.Delete(log);
            }
        }
    }

    [Fact]
    public async Task The_debian_installer_reports_the_step_that_failed_and_until_then_that_it_lives()
    {
        var log = Path.GetTempFileName();
        var syslog = Path.GetTempFileName();
        try
        {
            var stubs = $"log={log}\nsleep() {{ :; }}\nmaas() {{ echo \"maas $*\" >> $log; }}\n"
                + "signal() { echo \"signal $*\" >> $log; }\nlogger() { :; }\n";
            var script = stubs + Functions(Write(Debian with { Duration = TimeSpan.FromMinutes(4) }, "debian/report"))
                + Write(Debian with { Duration = TimeSpan.FromMinutes(4) }, "debian/alive").Replace("/var/log/syslog", syslog) + "wait\n";
            (await Judge.RunAsync("busybox", ["ash"], script, Token)).Approved();
            (await File.ReadAllLinesAsync(log, Token)).Should().HaveCount(2).And.OnlyContain(line => line.Contains("status=WORKING"));

            await File.WriteAllTextAsync(
                syslog,
                """
                Dec  1 00:00:00 main-menu[258]: INFO: Menu item 'bootstrap-base' selected
                Dec  1 00:00:01 base-installer: error: exiting on error base-installer/debootstrap-failed
                Dec  1 00:00:02 main-menu[258]: WARNING **: Menu item 'bootstrap-base' failed.

                """,
                Token);
            await File.WriteAllTextAsync(log, "", Token);
            (await Judge.RunAsync("busybox", ["ash"], script, Token)).Approved();
            (await File.ReadAllLinesAsync(log, Token)).Should().Equal(
                "signal FAILED The+Debian+installer+stopped:+Menu+item++bootstrap-base++failed.");
        }
        finally
        {
            File.Delete(log);
            File.Delete(syslog);
        }

        // report_failure alone: signal is a stand-in
        static string Functions(string report) => report[report.IndexOf("report_failure()", StringComparison.Ordinal)..];
    }

    [Fact]
    public async Task A_kickstart_whose_configuration_is_not_served_does_not_turn_network_boot_off()
    {
        var post = Section(Write(Rocky.With(("late_command", "true"))), "post");
        var stubs = "mkdir() { :; }\nchmod() { :; }\nsleep() { :; }\ndate() { echo 1; }\n"
            + "curl() { case \"$*\" in *maas-cloud-config*) return 22 ;; *op=*) echo \"posted ${*##*op=}\" ;; esac; }\n";
        var run = await Judge.RunAsync("bash", [], stubs + post, Token);
        run.ExitCode.Should().NotBe(0, "Anaconda runs %onerror then");
        run.Output.Should().NotContain("posted");
    }

    [Fact]
    public async Task A_live_system_that_cannot_turn_network_boot_off_does_not_restart()
    {
        var install = Write(Flatcar, "ignition/install");
        var from = install.LastIndexOf("maas -d op=signal -d status=OK", StringComparison.Ordinal);
        var stubs = "metadata=m\nfail() { echo \"FAILED $1\"; exit 1; }\nsystemctl() { echo restart; }\n"
            + "maas() { case \"$*\" in *netboot_off*) return 1 ;; esac; }\n";
        var run = await Judge.RunAsync("bash", [], stubs + install[from..], Token);
        run.Output.Trim().Should().Be("FAILED Network boot could not be turned off.");
        run.ExitCode.Should().Be(1);
    }

    [Fact]
    public async Task A_live_system_reports_the_first_error_of_its_installer()
    {
        var install = Write(CoreOS, "ignition/install");
        var log = Path.GetTempFileName();
        try
        {
            install = install.Replace("/run/maas-install.log", log);
            var from = install.IndexOf("first_error()", StringComparison.Ordinal);
            var to = install.IndexOf("maas -d op=signal -d status=WORKING", StringComparison.Ordinal);
            var work = install.IndexOf("coreos-installer install", StringComparison.Ordinal);
            var stubs = "found=sda\nmaas() { :; }\nsystemctl() { :; }\nfail() { echo \"FAILED $1\"; exit 1; }\n"
                + "coreos-installer() { printf 'Read 1%%\\rRead 2%%\\nError: writing image\\nCaused by: I/O error\\n' >&2; return 1; }\n";
            (await Judge.RunAsync("bash", [], stubs + install[from..to] + install[work..], Token)).Output.Should().EndWith(
                "FAILED coreos-installer failed. Error: writing image\n");
        }
        finally
        {
            File.Delete(log);
        }
    }

    [Fact]
    public void A_kickstart_configures_the_card_that_the_machine_booted_from() =>
        Write(Rocky).Should().Contain("\nnetwork --bootproto=dhcp --device=bootif --hostname=");

    [Theory]
    [InlineData("S1", "sda=S9 sdb=S1", "sdb")]
    [InlineData("S1", "nvme0n1=S1", "nvme0n1")]
    [InlineData("S1", "sda=S9", null)]
    [InlineData("S1", "sda=S1 sdb=S1", null)] // ambiguous
    [InlineData("*", "sda=S1", null)] // no pattern
    [InlineData("", "sda= sdb=S2", "sda")]
    [InlineData("", "sda=:1 sdb=S2", null)] // another size
    public async Task Ubuntus_installer_gets_the_path_of_the_machines_disk_and_of_no_other(string serial, string disks, string? found)
    {
        var folder = Directory.CreateTempSubdirectory("maas-disks-");
        try
        {
            foreach (var disk in disks.Split(' ').Select(disk => disk.Split('=', ':')))
            {
                var block = Directory.CreateDirectory(Path.Combine(folder.FullName, "block", disk[0])).FullName;
                await File.WriteAllTextAsync(Path.Combine(block, "serial"), disk[1] + "\n", Token);
                await File.WriteAllTextAsync(Path.Combine(block, "size"), (disk.Length > 2 ? disk[2] : "937703088") + "\n", Token);
            }

            var answers = Path.Combine(folder.FullName, "autoinstall.yaml");
            await File.WriteAllTextAsync(answers, Write(Ubuntu, serial: serial), Token);
            var stubs = "sleep() { exit; }\nudevadm() { :; }\ndate() { echo 1; }\ncurl() { echo \"$*\"; }\n";
            var script = stubs + Write(Ubuntu, "ubuntu/early", serial: serial).Replace("/sys/block", $"{folder.FullName}/block")
                .Replace("/autoinstall.yaml", answers);
            var run = await Judge.RunAsync("dash", [], script, Token);

            run.ExitCode.Should().Be(found is null ? 1 : 0);
            run.Output.Contains("status=FAILED", StringComparison.Ordinal).Should().Be(found is null);
            (await File.ReadAllTextAsync(answers, Token)).Should().Contain($"        path: /dev/{found ?? "maas-disk"}\n");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_recipe_has_times_that_make_sense()
    {
        foreach (var wrong in (InstallRecipe[])
        [
            Debian with { Duration = TimeSpan.Zero }, Debian with { Duration = TimeSpan.FromDays(8) },
            Debian with { ReportTimeout = TimeSpan.Zero }, Debian with { ReportTimeout = TimeSpan.FromDays(8) },
        ])
            FluentActions.Invoking(() => new RecipeCatalog([wrong])).Should().Throw<ArgumentException>();
        UnmodifiedIso.Create("custom", "x", new Uri("http://a/b.iso")).ReportTimeout.Should().Be(TimeSpan.FromHours(12));
    }

    private static string Section(string kickstart, string name)
    {
        var section = kickstart.Split("\n%").Single(part => part.StartsWith(name, StringComparison.Ordinal));
        return section[(section.IndexOf('\n') + 1)..] + "\n";
    }
}
