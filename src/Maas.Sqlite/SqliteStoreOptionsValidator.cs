using Microsoft.Extensions.Options;

namespace Maas.Sqlite;

[OptionsValidator]
internal sealed partial class SqliteStoreOptionsValidator : IValidateOptions<SqliteStoreOptions>;
