using Maas.Images.Edits;

namespace Maas.Images.Tests.Edits;

public sealed class EditSessionTests
{
    private const int OldLength = 300_000;
    private const int NewLength = 400_000;

    private static readonly byte[] Old = Content(OldLength, 1);
    private static readonly byte[] New = Changed();

    [Fact]
    public void A_commit_makes_the_image_what_the_session_showed_and_leaves_no_journal()
    {
        var disk = new FailingDisk(Old);

        Edit(disk);

        disk.Image.Now.Should().Equal(New);
        disk.Journal.Should().BeNull();
    }

    [Fact]
    public void An_edit_that_only_makes_the_image_longer_is_carried_through()
    {
        var disk = new FailingDisk(Old);

        using (var session = Begin(disk))
        {
            session.Bytes.Grow(NewLength);
            session.Commit(CancellationToken.None);
        }

        disk.Image.Now.Should().Equal([.. Old, .. new byte[NewLength - OldLength]]);
        disk.Journal.Should().BeNull();
    }

    [Fact]
    public void A_machine_that_stops_at_any_step_leaves_the_old_image_or_after_recovery_the_new_one()
    {
        var steps = StepsOf();
        var olds = 0;
        for (var stop = 1; stop <= steps; stop++)
        {
            for (var seed = 0; seed < 6; seed++)
            {
                var disk = new FailingDisk(Old) { StopAt = stop };
                disk.Invoking(Edit).Should().Throw<MediumStoppedException>();

                var after = Recovered(disk.Restart(seed));

                IsOldOrNew(after).Should().BeTrue("it stopped at step {0}, seed {1}", stop, seed);
                if (after.Length == OldLength) olds++;
            }
        }

        olds.Should().BePositive().And.BeLessThan(steps * 6);
    }

    [Fact]
    public void A_machine_that_stops_again_while_it_recovers_still_comes_to_the_new_image()
    {
        var steps = StepsOf();
        var disk = new FailingDisk(Old) { StopAt = steps - 4 }; // in the middle of carrying the edit through
        disk.Invoking(Edit).Should().Throw<MediumStoppedException>();
        for (var seed = 0; seed < 40; seed++)
        {
            var again = disk.Restart(seed);
            again.StopAt = 1 + (seed % 6);
            again.Invoking(stopping => Recovered(stopping)).Should().Throw<MediumStoppedException>();

            Recovered(again.Restart(seed + 1000)).Should().Equal(New, "seed {0}", seed);
        }
    }

    [Fact]
    public void A_disk_that_is_full_at_any_step_leaves_the_old_image_or_a_journal_that_is_carried_through_later()
    {
        for (var stop = 1; stop <= StepsOf(); stop++)
        {
            var disk = new FailingDisk(Old) { StopAt = stop, IsFull = true };
            disk.Invoking(Edit).Should().Throw<IOException>();

            disk.StopAt = int.MaxValue;
            IsOldOrNew(Recovered(disk)).Should().BeTrue("it was full at step {0}", stop);
        }
    }

    [Fact]
    public void Readers_see_an_edit_that_was_committed_and_not_carried_through()
    {
        var disk = new FailingDisk(Old) { StopAt = StepsOf() - 4 };
        disk.Invoking(Edit).Should().Throw<MediumStoppedException>();
        disk.StopAt = int.MaxValue;
        using var image = new FailingFile(disk, disk.Image);
        using var left = new FailingFile(disk, disk.Journal!);

        using var shown = new JournaledBytes(image, EditJournal.Read(left, image)!);

        shown.Read(0, (int)shown.Length, "image").Should().Equal(New);
    }

    [Fact]
    public void A_journal_of_another_image_is_not_applied()
    {
        var disk = new FailingDisk(Old) { StopAt = StepsOf() - 1 };
        disk.Invoking(Edit).Should().Throw<MediumStoppedException>();
        var other = new FailingDisk(Content(OldLength + 1, 3)) { Journal = disk.Journal };

        other.Invoking(Edit).Should().Throw<InvalidImageException>().WithMessage("*belongs to an image of 300000 bytes*");
        other.Image.Now.Should().Equal(Content(OldLength + 1, 3));
    }

    [Fact]
    public void A_journal_of_another_image_of_the_same_length_is_not_applied()
    {
        var disk = new FailingDisk(Old) { StopAt = StepsOf() - 1 };
        disk.Invoking(Edit).Should().Throw<MediumStoppedException>();
        var content = Old.ToArray();
        content[Changes[0].Offset] ^= 1; // another image, if only by a bit of what the journal would write
        var other = new FailingDisk(content) { Journal = disk.Journal };

        other.Invoking(Edit).Should().Throw<InvalidImageException>().WithMessage("*belongs to another image*");
        other.Image.Now.Should().Equal(content);
        using var image = new FailingFile(other, other.Image);
        using var left = new FailingFile(other, other.Journal!);
        image.Invoking(it => EditJournal.Read(left, it))
            .Should()
            .Throw<InvalidImageException>("it is not shown as done either")
            .WithMessage("*belongs to another image*");
    }

    private static bool IsOldOrNew(byte[] image) => image.AsSpan().SequenceEqual(Old) || image.AsSpan().SequenceEqual(New);

    private static int StepsOf()
    {
        var disk = new FailingDisk(Old);
        Edit(disk);
        return disk.Steps;
    }

    private static void Edit(FailingDisk disk)
    {
        using var session = Begin(disk);
        session.Bytes.Grow(NewLength);
        foreach (var (offset, content) in Changes) session.Bytes.Write(offset, content);
        session.Commit(CancellationToken.None);
    }

    private static EditSession Begin(FailingDisk disk)
    {
        var medium = new FailingMedium(disk);
        EditSession.Recover(medium);
        return new EditSession(medium);
    }

    private static byte[] Recovered(FailingDisk disk)
    {
        using (Begin(disk)) return [.. disk.Image.Now];
    }

    private static (long Offset, byte[] Content)[] Changes =>
        [(10, Content(5, 4)), (70_000, Content(130_000, 5)), (299_990, Content(50_000, 6))];

    private static byte[] Changed()
    {
        var changed = new byte[NewLength];
        Old.CopyTo(changed, 0);
        foreach (var (offset, content) in Changes) content.CopyTo(changed, offset);
        return changed;
    }

    private static byte[] Content(int length, int seed)
    {
        var content = new byte[length];
        new Random(seed).NextBytes(content);
        return content;
    }
}
