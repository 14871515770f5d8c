using System.Data.Common;

namespace Switchyard.Storage;

/// <summary>The short list of what differs between the two databases, each named after what it is for.</summary>
public abstract class SqlDialect
{
    /// <summary>The folder of this database's migrations.</summary>
    public abstract string Name { get; }

    /// <summary>Appended to the subquery that picks rows, so that two workers never wait for one row.</summary>
    public abstract string SkipLocked { get; }

    /// <summary>Appended to a SELECT whose rows this transaction is about to change.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>The statement that makes a second migrator wait; empty when beginning the transaction already does.</summary>
    public abstract string LockMigrations { get; }

    /// <summary>Whether listeners can be woken by the database; otherwise they poll.</summary>
    public abstract bool CanNotify { get; }

    /// <summary>
    /// Calls <paramref name="heard"/> with the payload of every notification on a channel until stopped, and with null whenever some may have
    /// been missed. Only where <see cref="CanNotify"/>.
    /// </summary>
    public virtual Task ListenAsync(DbDataSource source, string channel, Action<string?> heard, TimeProvider time, CancellationToken stop) =>
        throw new NotSupportedException("This database has no notifications: ask CanNotify first.");

    /// <summary>Whether only one transaction at a time can write, so that writers should queue before they begin.</summary>
    public abstract bool HasOneWriter { get; }

    /// <summary>Whether a whole array can be one parameter (unnest), so that many rows are one statement.</summary>
    public abstract bool TakesArrays { get; }

    /// <summary>Lists names of tables, views and their columns as (relation, name).</summary>
    public abstract string ListColumns { get; }

    /// <summary>A text parameter (with its @) written into a JSON column.</summary>
    public abstract string Json(string parameter);

    /// <summary>
    /// The condition that <paramref name="column"/> equals one of the values of a list parameter (with its @):
    /// an array or list of Guid, text or number. Never <c>IN @list</c>, which the two databases expand differently.
    /// </summary>
    public abstract string AnyOf(string column, string parameter);

    public abstract bool IsUniqueViolation(DbException e);

    /// <summary>The database was busy or broke a conflict by giving this transaction up; running it again may well succeed.</summary>
    public abstract bool IsBusy(DbException e);

    /// <summary>Busy, or not reachable at the moment: worth a retry later.</summary>
    public abstract bool IsTransient(DbException e);

    /// <summary>What an operator should read when the database cannot be opened: what is wrong and what to do, one sentence.</summary>
    public abstract string Explain(Exception e, string where);
}
