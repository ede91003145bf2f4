using Maas.Judges;
using static Maas.Install.Tests.Recipes.SampleFiles;

namespace Maas.Install.Tests.Storage;

public class PartmanStorageTests
{
    [Fact]
    public async Task A_flat_layout_for_UEFI()
    {
        var preseed = new PlannedMachine().With("flat").Write(Debian);
        (await Judge.RunAsync("debconf-set-selections", ["--checkonly"], preseed, TestContext.Current.CancellationToken))
            .Approved().Error.Should().BeEmpty();
        preseed.Should().ContainAll(
            "d-i partman-auto/method string regular\n", "d-i partman-partitioning/default_label string gpt\n",
            "d-i partman-auto/expert_recipe string maas :: "
            + "536 536 536 free $primary{ } method{ efi } format{ } label{ efi } . "
            + "96145 106828 -1 ext4 method{ format } format{ } use_filesystem{ } filesystem{ ext4 } mountpoint{ / } label{ root } .\n")
            .And.NotContain("choose_recipe");
    }

    [Fact]
    public void A_BIOS_machine_with_volumes() => new PlannedMachine(isUefi: false).With("lvm").Write(Debian).Should().ContainAll(
        "d-i partman-auto/method string lvm\n",
        "d-i partman-auto/expert_recipe string maas :: 1 1 1 free $iflabel{ gpt } $reusemethod{ } method{ biosgrub } . "
        + "96628 107365 -1 ext4 $defaultignore{ } $primary{ } method{ lvm } vg_name{ vgroot } . "
        + "90 100 -1 ext4 $lvmok{ } in_vg{ vgroot } lv_name{ lvroot } method{ format } format{ } use_filesystem{ } filesystem{ ext4 } "
        + "mountpoint{ / } label{ root } .\n");

    [Fact]
    public async Task The_script_finds_the_disk_and_tells_it_to_the_installer()
    {
        var script = new PlannedMachine().With("flat").Write(Debian, "debian/installer");
        (await Judge.RunAsync("busybox", ["ash", "-n"], script, TestContext.Current.CancellationToken)).Approved();
        script.Should().ContainAll("maas_disk 'S0' '' '' 107374182400", "debconf-set partman-auto/disk \"/dev/$d1\"\n");
    }

    [Fact]
    public void What_partman_cannot_do_is_refused_before_anything_is_written() =>
        new PlannedMachine().With("custom", custom: PlannedMachine.Mirror).RefusedBy(Debian).Should().BeEquivalentTo(
            "The Debian installer partitions by a recipe, which has one disk, and this configuration 3.",
            "The Debian installer partitions by a recipe, which has no RAID here.",
            "The Debian installer partitions by a recipe, which makes a volume group of one partition.",
            "The Debian installer partitions by a recipe, which has no tmpfs and ramfs.");

    [Fact]
    public void The_installers_own_layouts_remain() =>
        Write(Debian.With(("partitioning", "lvm"))).Should().Contain("d-i partman-auto/choose_recipe select atomic\n");
}
