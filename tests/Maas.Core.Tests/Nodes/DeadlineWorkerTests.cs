using Maas.Core.Nodes;
using Microsoft.Data.Sqlite;

namespace Maas.Core.Tests.Nodes;

public class DeadlineWorkerTests
{
    [Fact]
    public async Task A_record_that_cannot_be_read_does_not_save_the_others_from_their_deadlines()
    {
        await using var test = await TestCore.OpenInFileAsync();
        var broken = await test.EnlistAsync();
        var sound = await test.EnlistAsync("52:54:00:00:00:02");
        await test.DoAsync(broken.Id, new MachineCommand.Commission());
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        await test.DoAsync(sound.Id, new MachineCommand.Commission());
        await using (var connection = new SqliteConnection($"Data Source={test.DataSource};Pooling=False"))
        {
            connection.Open();
            using var update = connection.CreateCommand();
            update.CommandText = "UPDATE machines SET document = '{' WHERE id = @id";
            update.Parameters.AddWithValue("@id", broken.Id.ToString());
            update.ExecuteNonQuery();
        }

        test.Clock.Advance(TimeSpan.FromMinutes(31));
        await test.Core.Deadlines.PassAsync();

        (await test.GetAsync(sound.Id)).Status.Should().Be(MachineStatus.FailedCommissioning);
    }
}
