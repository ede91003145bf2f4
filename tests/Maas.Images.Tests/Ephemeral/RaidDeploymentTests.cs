using System.Globalization;
using Maas.Images.Tests.Debian;
using Maas.Judges;

namespace Maas.Images.Tests.Ephemeral;

/// <summary>
/// Every level of RAID, with a spare device, a volume group and a partition table on top of them, and a squashfs archive, in one boot. A
/// real system boots from RAID in the journeys.
/// </summary>
[Collection(DeploymentCollection.Name)]
public sealed class RaidDeploymentTests(MirrorFixture mirror) : IDisposable
{
    private const string Raid = "A19D880F-05FC-4D3B-A006-743F0F84911E";
    private const string Linux = "0FC63DAF-8483-4772-8E79-3D69D8477DE4";
    private const string Efi = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";

    private const string Steps =
        $"""
        raid m0 1 md-boot {Uuids.Boot} d1.1,d2.1 d3.1
        raid m1 0 md-fast {Uuids.Fast} d1.2,d2.2 -
        raid m2 5 md5 {Uuids.Five} d1.3,d2.3,d3.3 -
        raid m3 6 md-six {Uuids.Six} d1.4,d2.4,d3.4,d4.4 -
        raid m4 10 md-ten {Uuids.Ten} d1.5,d2.5,d3.5,d4.5 -
        table m4 gpt
        part m4 1 1 24 {Linux} - -
        commit m4
        vg vg6 m3
        lv v1 vg6 rest vg6-rest -
        mkfs m2 ext4 bbbbbbbb-0000-4000-8000-000000000001 root
        mkfs m0 ext2 bbbbbbbb-0000-4000-8000-000000000002 boot
        mkfs d4.1 fat32 5A2B-3C4D efi
        mkfs m1 btrfs bbbbbbbb-0000-4000-8000-000000000003 -
        mkfs v1 ext4 bbbbbbbb-0000-4000-8000-000000000004 -
        mkfs m4.1 ext4 bbbbbbbb-0000-4000-8000-000000000005 -
        mount m2 / ext4
        mount m0 /boot ext2
        mount d4.1 /boot/efi vfat
        mount m1 /srv/fast btrfs
        mount v1 /srv/six ext4
        mount m4.1 /srv/ten ext4
        unpack
        fstab

        """;

    private static readonly string[] Disks = ["one", "two", "three", "four"];

    private readonly RootDeployment _machine = new(mirror);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _machine.Dispose();

    [Fact]
    public async Task All_levels_of_RAID_are_built_with_volumes_and_partitions_on_them_and_a_squashfs_is_unpacked()
    {
        var archive = await _machine.ArchiveAsync("squashfs");
        await using var server = await new MetadataServer
        {
            Image = archive,
            DiskPlan = RootDeployment.Text(Plan) + "grub-uefi\tx86_64-efi\n",
        }.StartAsync();
        server.Tasks.Enqueue(RootDeployment.Task(
            archive, "squashfs", [.. Disks.Select((disk, place) => ($"vd{(char)('a' + place)}", disk.ToUpperInvariant()))]));

        var console = await _machine.RunAsync(server, [.. Disks.Select(disk => _machine.Disk(disk, 220, disk.ToUpperInvariant()))]);

        console.Should().Contain("MAAS-AGENT done", server.Told);
        foreach (var (place, size, uuid, members) in Members)
            foreach (var disk in Disks.Take(members)) await _machine.CheckSliceAsync(disk, place, size, "linux_raid_member", uuid);
        await _machine.CheckSliceAsync("four", 4, 36, "vfat", "5A2B-3C4D");
        await CheckReportAsync();
    }

    // The superblock of version 1.2 is at 4 KiB; of a mirror's member, the data after it is the file system itself.
    private async Task CheckReportAsync()
    {
        var slice = await _machine.CheckSliceAsync("one", 4, 36, "linux_raid_member", Uuids.Boot);
        var member = await File.ReadAllBytesAsync(slice, Cancellation);
        var offset = BitConverter.ToInt64(member, 4096 + 128) * 512;
        var boot = _machine["boot.ext2"];
        await File.WriteAllBytesAsync(boot, member[(int)offset..], Cancellation);
        (await Judge.RunAsync(Judge.Require("e2fsck", "e2fsprogs"), ["-fn", boot], null, Cancellation)).Approved();
        var report = (await Judge.RunAsync(
            Judge.Require("debugfs", "e2fsprogs"), ["-R", "cat /report", boot], null, Cancellation)).Output;
        report.Should().MatchRegex(@"md0 : active raid1 vdc1\[2\]\(S\) vdb1\[1\] vda1\[0\]")
            .And.MatchRegex(@"md1 : active raid0 vdb2\[1\] vda2\[0\]")
            .And.MatchRegex(@"md2 : active raid5 vdc3\[3\] vdb3\[1\] vda3\[0\]")
            .And.MatchRegex(@"md3 : active raid6 vdd4\[3\] vdc4\[2\] vdb4\[1\] vda4\[0\]")
            .And.MatchRegex(@"md4 : active raid10 vdd5\[3\] vdc5\[2\] vdb5\[1\] vda5\[0\]")
            .And.Contain("/dev/md2 / ext4 rw").And.Contain("/dev/md0 /boot ext2 rw").And.Contain("/dev/vdd1 /boot/efi vfat rw")
            .And.Contain("/dev/md1 /srv/fast btrfs rw").And.Contain("/dev/mapper/vg6-rest /srv/six ext4 rw")
            .And.Contain("/dev/md4p1 /srv/ten ext4 rw")
            .And.Contain("grub-install --target=x86_64-efi --efi-directory=/boot/efi --bootloader-id=test --no-nvram")
            .And.Contain("grub-install --target=x86_64-efi --efi-directory=/boot/efi --removable --no-nvram")
            .And.Contain("owner 1000 1000").And.Contain("secret 600");
        foreach (var (_, _, uuid, _) in Members)
            report.Should().Contain($"UUID={Quarters(uuid)}");
    }

    private static string Quarters(string uuid) =>
        string.Join(':', uuid.Replace("-", "", StringComparison.Ordinal).Chunk(8).Select(part => new string(part)));

    // Where the members of each RAID are, in MiB, and on how many disks.
    private static IEnumerable<(int Place, int Size, string Uuid, int Disks)> Members =>
    [
        (4, 36, Uuids.Boot, 3), (40, 64, Uuids.Fast, 2), (104, 40, Uuids.Five, 3), (144, 32, Uuids.Six, 4), (176, 32, Uuids.Ten, 4),
    ];

    private static string Plan
    {
        get
        {
            var plan = new System.Text.StringBuilder();
            foreach (var (place, disk) in Disks.Index())
                plan.Append(
                    CultureInfo.InvariantCulture, $"disk d{place + 1} name=vd{(char)('a' + place)}\\serial={disk.ToUpperInvariant()}\n");
            for (var disk = 1; disk <= Disks.Length; disk++)
            {
                plan.Append(CultureInfo.InvariantCulture, $"wipe d{disk}\ntable d{disk} gpt\n");
                foreach (var (number, member) in Members.Index())
                {
                    var type = disk <= member.Disks ? Raid : number == 0 ? Efi : null;
                    if (type is null) continue;
                    plan.Append(CultureInfo.InvariantCulture, $"part d{disk} {number + 1} {member.Place} {member.Size} {type} - -\n");
                }

                plan.Append(CultureInfo.InvariantCulture, $"commit d{disk}\n");
            }

            return plan.Append(Steps.ReplaceLineEndings("\n")).ToString();
        }
    }

    private static class Uuids
    {
        public const string Boot = "10000000-2222-3333-4444-555555555555";
        public const string Fast = "20000000-2222-3333-4444-555555555555";
        public const string Five = "30000000-2222-3333-4444-555555555555";
        public const string Six = "40000000-2222-3333-4444-555555555555";
        public const string Ten = "50000000-2222-3333-4444-555555555555";
    }
}
